//! Pieces of text in a report: on one line, whatever is in them, and no wider than their column.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use toktool::formats::listing::escape;
use unicode_width::UnicodeWidthChar as _;

/// Columns of the terminal.
pub const WIDTH: usize = 100;

/// Bytes as [`escape`] writes them; what would reorder or hide the text around it is escaped, too.
pub fn printable(bytes: &[u8]) -> String {
    let escaped = escape(bytes);
    if escaped.is_ascii() {
        return escaped;
    }
    let mut out = String::with_capacity(escaped.len());
    for c in escaped.chars() {
        match c {
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// The same in quotes, so that spaces at the ends are seen.
pub fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", printable(bytes))
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Text cut to so many columns, with an ellipsis where it was longer.
pub fn fit(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left -= if fits { width } else { 0 };
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Text in lines of at most [`WIDTH`] columns, of which `indent` are kept free: those after the first begin with them.
pub fn wrapped(text: &str, indent: usize) -> String {
    let (mut out, mut column) = (String::new(), indent);
    for word in text.split(' ') {
        let width = columns(word);
        if !out.is_empty() && column + 1 + width > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if !out.is_empty() {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

/// A table for a terminal: the first columns to the left, the others to the right.
pub fn plain(header: &[&str], rows: &[Vec<String>], left: &[bool]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH as u16);
    if header.iter().any(|cell| !cell.is_empty()) {
        table.set_header(header.iter().copied());
    }
    for row in rows {
        table.add_row(row);
    }
    for (column, left) in table.column_iter_mut().zip(left) {
        column.set_cell_alignment(if *left { CellAlignment::Left } else { CellAlignment::Right });
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reorders_or_breaks_the_line() {
        assert_eq!(printable("a\n\u{202e}b\u{200d}\u{feff}".as_bytes()), "a\\n\\u{202e}b\\u{200d}\\u{feff}");
        assert_eq!(printable(b"\xff \x1b[31m"), "\\xFF \\x1B[31m");
        assert_eq!(quoted(b" ev"), "\" ev\"");
    }

    /// A Han character takes two columns, a combining mark none.
    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!(fit("evler", 5), "evler");
        assert_eq!(fit("evlerde", 5), "evle…");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("e\u{301}v", 2), "e\u{301}v");
    }

    #[test]
    fn lines_are_wrapped_between_words() {
        let text = wrapped(&"kelime ".repeat(40), 4);
        assert!(text.lines().count() > 2 && text.lines().all(|line| columns(line) <= WIDTH));
        assert!(text.lines().skip(1).all(|line| line.starts_with("    k")));
    }
}

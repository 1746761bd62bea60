//! Regular expressions in the syntax of the `regex-syntax` crate, which has neither look-around nor possessive marks.

/// The expression with every look-around and every possessive mark as a word boundary, which is read as "maybe".
pub(super) fn relaxed(regex: &str) -> Option<String> {
    const MAYBE: &str = r"\b";
    let chars: Vec<char> = regex.chars().collect();
    let mut out = String::with_capacity(regex.len());
    let (mut at, mut depth, mut repeated) = (0, 0, false);
    while let Some(&c) = chars.get(at) {
        let starts = |text: &str| text.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c));
        if c == '\\' {
            // `\G` and `\K` are refused by the parser, and so are back references.
            let braced =
                matches!(chars.get(at + 1), Some('p' | 'P' | 'x' | 'u' | 'U')) && chars.get(at + 2) == Some(&'{');
            let end = if braced { at + 1 + chars[at..].iter().position(|&c| c == '}')? } else { at + 2 };
            out.extend(chars.get(at..end)?);
            at = end;
            repeated = false;
            continue;
        }
        if depth == 0 && ["(?=", "(?!", "(?<=", "(?<!"].into_iter().any(starts) {
            at = end_of_group(&chars, at)?;
            out.push_str(MAYBE);
            repeated = false;
            continue;
        }
        if depth == 0 && starts("(?") {
            let flags = chars[at + 2..].iter().take_while(|c| c.is_ascii_alphabetic() || **c == '-');
            if flags.into_iter().any(|c| *c == 'x') {
                return None;
            }
        }
        if starts("[]") || starts("[^]") {
            return None;
        }
        depth = match c {
            '[' => depth + 1,
            ']' if depth > 0 => depth - 1,
            _ => depth,
        };
        if depth == 0 && repeated && c == '+' {
            out.push_str(MAYBE);
            repeated = false;
        } else {
            out.push(c);
            repeated = depth == 0 && matches!(c, '+' | '*' | '?' | '}') && !out.ends_with("(?");
        }
        at += 1;
    }
    Some(out)
}

/// One past the parenthesis that closes the group at `at`.
fn end_of_group(chars: &[char], mut at: usize) -> Option<usize> {
    let (mut depth, mut class) = (0, 0);
    loop {
        match chars.get(at)? {
            '\\' => at += 1,
            '[' => class += 1,
            ']' if class > 0 => class -= 1,
            '(' if class == 0 => depth += 1,
            ')' if class == 0 => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

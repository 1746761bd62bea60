//! `sheet.html`: the sheet as a page that needs nothing but a browser.
//!
//! Style and script stand in it, nothing is fetched. Without JavaScript it can be read, printed and ticked on paper; with
//! it, answers stay in the browser's storage and are saved as a file of the very layout of `sheet.csv`. It holds what
//! `sheet.csv` holds, and no name of a tokenizer.

use std::fmt::Write as _;

use super::cuts::SEPARATOR;
use super::key::{COLUMNS, Item, Key};
use super::rubric::{LEVELS, NOTES, TASK};
use crate::html::escape;

const STYLE: &str = include_str!("../../templates/sheet.css");
const SCRIPT: &str = include_str!("../../templates/sheet.js");

/// The page of a sheet.
pub fn page(key: &Key) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let words = key.items.chunk_by(|a, b| a.word == b.word);
    let title = format!("{} words, {} segmentations to rate", words.clone().count(), key.items.len());
    let _ = writeln!(out, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>");
    let (sheet, columns) = (escape(&key.sheet_sha256), COLUMNS.join(" "));
    let _ = writeln!(out, "<body data-sheet=\"{sheet}\" data-columns=\"{columns}\">\n<main>\n<h1>{title}</h1>");
    rubric(&mut out);
    out.push_str(
        "<div class=\"bar\" hidden><label>Your name <input type=\"text\" id=\"annotator\" autocomplete=\"name\"></label>\n\
         <button type=\"button\" id=\"save\">Save as CSV</button> <output id=\"count\"></output></div>\n\
         <noscript><p>Without JavaScript nothing is stored here: print this page, or fill in <code>sheet.csv</code>.</p></noscript>\n",
    );
    let language = key.language.as_ref().map_or(String::new(), |lang| format!(" lang=\"{}\"", escape(lang)));
    for items in words {
        let _ = writeln!(out, "<section class=\"word\">\n<h2{language} dir=\"auto\">{}</h2>", escape(&items[0].word));
        items.iter().for_each(|item| line(&mut out, item, &language));
        out.push_str("</section>\n");
    }
    let _ = write!(out, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn rubric(out: &mut String) {
    let _ = writeln!(out, "<p>{}</p>\n<details class=\"rubric\" open><summary>How to rate</summary>", escape(TASK));
    out.push_str(
        "<table><thead><tr><th>rating</th><th>when</th><th>Turkish: <span lang=\"tr\">evlerimizde</span></th>\
         <th>Hindi: <span lang=\"hi\">असफलता</span></th></tr></thead>\n<tbody>\n",
    );
    for level in &LEVELS {
        let _ = writeln!(
            out,
            "<tr><td class=\"rating\">{} {}</td><td>{}</td><td class=\"example\" lang=\"tr\">{}</td>\
             <td class=\"example\" lang=\"hi\">{}</td></tr>",
            level.rating,
            escape(level.name),
            escape(level.meaning),
            escape(level.turkish),
            escape(level.hindi)
        );
    }
    out.push_str("</tbody></table>\n<ul>\n");
    for note in NOTES {
        let _ = writeln!(out, "<li>{}</li>", escape(note));
    }
    out.push_str("</ul></details>\n");
}

fn line(out: &mut String, item: &Item, language: &str) {
    let id = escape(&item.item);
    let pieces: Vec<String> = item.segmentation.split(SEPARATOR).map(escape).collect();
    let _ = writeln!(
        out,
        "<div class=\"item\" role=\"radiogroup\" aria-labelledby=\"{id}-cut\" data-item=\"{id}\" data-word=\"{}\" \
         data-segmentation=\"{}\">\n<span class=\"id\">{id}</span>\n\
         <span class=\"cut\" id=\"{id}-cut\"{language} dir=\"auto\">{}</span>\n<span class=\"scale\">",
        escape(&item.word),
        escape(&item.segmentation),
        pieces.join("<i> | </i>")
    );
    for rating in 1..=5 {
        let _ = write!(out, "<label><input type=\"radio\" name=\"{id}\" value=\"{rating}\">{rating}</label>");
    }
    let _ = writeln!(
        out,
        "<label class=\"none\"><input type=\"radio\" name=\"{id}\" value=\"\" checked>none</label></span>\n\
         <input type=\"text\" aria-label=\"comment on {id}\" placeholder=\"comment\">\n</div>"
    );
}

//! Each scanner against every spelling of its regular expression, on hostile and on real text.

use std::path::Path;
use std::sync::LazyLock;

use fancy_regex::Regex;
use proptest::prelude::*;

use super::super::pattern::SPELLINGS;
use super::*;

static REGEXES: LazyLock<Vec<(Named, Regex)>> =
    LazyLock::new(|| SPELLINGS.iter().map(|&(named, regex)| (named, Regex::new(regex).unwrap())).collect());

fn scanned(named: Named, text: &str) -> Vec<(usize, usize)> {
    let mut matches = Vec::new();
    scan(named, text, |start, end| matches.push((start, end)));
    matches
}

fn matched(regex: &Regex, text: &str) -> Vec<(usize, usize)> {
    regex.find_iter(text).map(|m| m.unwrap()).map(|m| (m.start(), m.end())).collect()
}

/// Matches and what lies between them.
fn isolated(regex: &Regex, text: &str) -> Vec<(usize, usize)> {
    let (mut pieces, mut done) = (Vec::new(), 0);
    for (start, end) in matched(regex, text) {
        pieces.extend((done < start).then_some((done, start)));
        pieces.push((start, end));
        done = end;
    }
    pieces.extend((done < text.len()).then_some((done, text.len())));
    pieces
}

/// DeepSeek's three splits, one inside the other.
fn chained(text: &str) -> Vec<(usize, usize)> {
    let regex = |named| &REGEXES.iter().find(|(other, _)| *other == named).unwrap().1;
    let mut pieces = vec![(0, text.len())];
    for named in [Named::Digits3, Named::Cjk, Named::DeepSeek] {
        let inside = |(from, to): (usize, usize)| {
            isolated(regex(named), &text[from..to]).into_iter().map(move |(start, end)| (from + start, from + end))
        };
        pieces = pieces.into_iter().flat_map(inside).collect();
    }
    pieces
}

fn check(text: &str) {
    for (named, regex) in REGEXES.iter() {
        let (ours, theirs) = (scanned(*named, text), matched(regex, text));
        if ours != theirs {
            let spelled = |pieces: &[(usize, usize)]| pieces.iter().map(|&(a, b)| &text[a..b]).collect::<Vec<_>>();
            let at = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
            let near = |pieces: &[(usize, usize)]| pieces[at.saturating_sub(2)..(at + 4).min(pieces.len())].to_vec();
            panic!("{named:?} {regex:?}: {:?} for {:?}", spelled(&near(&ours)), spelled(&near(&theirs)));
        }
        if covers(*named) {
            assert_eq!(ours.iter().map(|(start, end)| end - start).sum::<usize>(), text.len(), "{named:?}: {text:?}");
        }
    }
    let mut fused = Vec::new();
    deepseek_v3(text, |start, end| fused.push((start, end)));
    assert_eq!(fused, chained(text), "{text:?}");
}

/// Text in which everything that a pattern tells apart stands beside everything else.
fn hostile() -> impl Strategy<Value = String> {
    let pick = |choice: &'static str| prop::sample::select(choice.chars().collect::<Vec<_>>()).prop_map(String::from);
    let atom = prop_oneof![
        6 => "[a-zA-Z]{1,12}",
        3 => pick("abAZsStTmMdDrRlLvVeE"),
        6 => Just(" ".to_owned()),
        4 => pick(" \t\n\r\u{b}\u{c}\u{85}\u{a0}\u{2003}\u{2028}\u{3000}\u{1680}"),
        3 => pick("\r\n/"),
        4 => pick("'’`\u{2bc}"),
        4 => prop::sample::select(vec!["'s", "'T", "'re", "'Ll", "'ſ", "'vE", "'d", "'l", "'\u{212a}", "’s"])
            .prop_map(String::from),
        4 => pick("0123456789٣५Ⅷ½²"),
        4 => pick("\u{301}\u{307}\u{93c}\u{94d}\u{940}\u{fe0f}\u{20e3}\u{3099}\u{5b0}"),
        3 => pick("\u{200c}\u{200d}"),
        6 => pick("éİıßÇǅʰאनकमਕไ한漢龥龦㐀一丁かアヽー・゠゛ヿ゙ſ\u{212a}Жжѣ𝔸𐐀𐐨"),
        5 => pick("!/_-\"«—$€+.,()[]{}<>@#\\|~^"),
        2 => pick("😀👩💻❤👁🗨🏽"),
        2 => pick("\0\u{7f}\u{ad}\u{200b}\u{feff}\u{e000}\u{378}\u{3040}\u{180e}\u{10ffff}"),
        1 => any::<char>().prop_map(String::from),
    ];
    // Plain text in between, so that there are windows in which pieces are found by the bit.
    let plain = "(([a-zA-Z0-9 .,(]|[a-z]{2,5}|[ \n\t./'])[ \n]?){1,20}";
    prop_oneof![
        3 => prop::collection::vec(atom.clone(), 0..24),
        1 => prop::collection::vec(prop_oneof![atom, plain], 10..40),
    ]
    .prop_map(|atoms| atoms.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn scanners_equal_their_regular_expressions(text in hostile()) {
        check(&text);
    }
}

#[test]
fn every_character_is_cut_alike_in_every_company() {
    // All of the basic plane would take half a minute; a stride that shares no factor with the blocks of Unicode meets
    // every script.
    for c in ('\0'..=char::MAX).filter(|&c| (c as u32) < 0x400 || (c as u32).is_multiple_of(101)) {
        check(&format!("{c}{c}a{c}'s'{c}1{c} {c}\n{c}!{c}é{c}  {c}"));
    }
}

/// Every file under `folder`, unpacked.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let unpacked = files.iter().map(|path| {
        let raw = std::fs::read(path).unwrap();
        let packed = path.extension().is_some_and(|extension| extension == "zst");
        let bytes = if packed { zstd::decode_all(&raw[..]).unwrap() } else { raw };
        (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
    });
    unpacked.collect()
}

#[test]
fn scanners_equal_their_regular_expressions_on_real_text() {
    check("Quote: 'don't' – İstanbul'da, 1992'de 3'ü; Ayşe’nin.\n\n\tनमस्ते दुनिया, 日本語テスト123 😀👩‍💻\r\n");
    let Some(data) = std::env::var_os("TOKTOOL_DATA") else {
        eprintln!("TOKTOOL_DATA is not set: only the built-in sample was checked");
        return;
    };
    for folder in ["text", "parallel", "code"] {
        for (name, text) in texts(&Path::new(&data).join(folder)) {
            // 24 samples of about 1 KB, evenly spread.
            let step = (text.len() / 24).max(1024);
            for mut from in (0..text.len()).step_by(step) {
                let mut to = (from + 1024).min(text.len());
                while !text.is_char_boundary(from) {
                    from += 1;
                }
                while !text.is_char_boundary(to) {
                    to += 1;
                }
                if std::panic::catch_unwind(|| check(&text[from..to])).is_err() {
                    panic!("in {name} at byte {from}");
                }
            }
        }
    }
}

fn pieces(text: &str) -> Vec<&str> {
    scanned(Named::Unicode, text).into_iter().map(|(start, end)| &text[start..end]).collect()
}

#[test]
fn the_default_keeps_words_of_every_script_together() {
    assert_eq!(pieces("İstanbul'da 3'ü, 1992'de"), ["İstanbul", "'da", " ", "3", "'ü", ",", " ", "199", "2", "'de"]);
    assert_eq!(pieces("TBMM'ye Ayşe’nin don't"), ["TBMM", "'ye", " Ayşe", "’nin", " don", "'t"]);
    assert_eq!(pieces("'merhaba' dedi"), ["'", "merhaba", "'", " dedi"]);
    assert_eq!(pieces("dedi ('merhaba')"), ["dedi", " ('", "merhaba", "')"]);
    assert_eq!(pieces("rock 'n' roll"), ["rock", " '", "n", "'", " roll"]);
    assert_eq!(pieces("हिन्दी में क़लम र\u{94d}\u{200d}य"), ["हिन्दी", " में", " क़लम", " र\u{94d}\u{200d}य"]);
    assert_eq!(pieces("می\u{200c}خواهم"), ["می\u{200c}خواهم"]);
    assert_eq!(pieces("👩\u{200d}💻 ❤\u{fe0f}!"), ["👩\u{200d}💻", " ❤\u{fe0f}!"]);
    assert_eq!(pieces("x = f(a);\n\n  y/"), ["x", " =", " f", "(a", ");\n\n", " ", " y", "/"]);
}

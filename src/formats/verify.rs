//! Does what was written do what was meant? Text encoded by us and by the real `tokenizers` crate, ids compared.
//!
//! Nothing is reported as done before this has passed. The probe is a sample of the corpus at hand and a list of
//! strings that tokenizers are known to get wrong.

use std::fmt;

use rayon::prelude::*;

use crate::encode::{EncodeOptions, Encoder, Scratch, foreign};
use crate::error::{Error, Result};
use crate::samples;
use crate::tokenizer::Tokenizer;

/// The version of the `tokenizers` crate that results are checked with.
pub const WITNESS: &str = "0.23.2";

/// What a verification looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Texts encoded by both.
    pub texts: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Ids that were the same.
    pub ids: usize,
    /// Texts that came back byte for byte from their ids.
    pub round_trips: usize,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} probe texts, {} ids identical in tokenizers {WITNESS}", self.texts, self.ids)
    }
}

/// Strings that are hard on tokenizers: white space of all kinds, marks without a letter, joiners, directions, case
/// that changes length, surrogates' neighbours, long runs, control characters, and look-alikes of special tokens.
pub const HOSTILE: [&str; 26] = [
    " ",
    "   \n\n \t\r\n\u{a0}\u{2003}\u{3000} x",
    "\r\n\r\n",
    "a\u{0}b\u{1}\u{7f}",
    "\u{feff}başlangıç",
    "İstanbul'da IŞIK ılık ﬁ ŉ ǅ ß ẞ ſ K",
    "don't I'M we’LL 'tis o'clock '' 'S '\u{17f}",
    "\u{301}\u{301}e\u{301}\u{327} क\u{94d}\u{200d}ष \u{93f}क क\u{93c}",
    "नमस्ते, दुनिया। १२३४५६ क़िला",
    "ज्ञानेश्वर\u{200c}ची ऱ्हास",
    "กำลังภาษาไทย ភាសាខ្មែរ မြန်မာ",
    "مرحبا بالعالم ١٢٣ \u{202e}abc\u{202c} لا\u{64e}",
    "日本語のテキスト、中文字符。한국어 ㄱㅏ ｶﾞ",
    "👩‍👩‍👧‍👦🏽🇹🇷🇮🇳 ☎\u{fe0f} 1\u{fe0f}\u{20e3}",
    "\u{10ffff}\u{e000}\u{fffd}\u{d7ff}",
    "1234567890 3.14 1,000,000 ½ ² ⅷ ٣ १ 𝟙",
    "((({[<>]})))!!!???...---___***///\\\\",
    "if (x == 0) {\n\treturn \"a\\n\";\n}\n\n\n",
    "https://example.org/a_b-c?d=%20e&f=1#g user@example.com",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "                                                                                x",
    "▁a▁ ▁▁ _ <0x0A> <0xFF>",
    "<|endoftext|> <s></s> <unk> <|endoftext|",
    "Z̸̢͔͑a̷͖̍l̴̡̛g̶̬̈o̵̜͝",
    "x\u{85}y\u{2028}z\u{2029}w\u{b}v\u{c}u",
    "ÀÉÎõü Straße naïve façade Ωμέγα Привет",
];

/// Ordinary text to go with them: every line of the embedded samples that nothing was trained on.
pub fn samples() -> Vec<String> {
    samples::LANGUAGES.iter().filter_map(|lang| samples::eval(lang)).flat_map(str::lines).map(str::to_owned).collect()
}

/// Compares the ids of `tokenizer` with those that the `tokenizers` crate gives for `json`, over [`HOSTILE`] and
/// `probes`; where the tokenizer neither normalizes nor is foreign, texts must also come back from their ids.
///
/// # Errors
/// [`Error::Verify`] with the first text that differs.
pub fn against_tokenizers(tokenizer: &Tokenizer, json: &str, probes: &[String]) -> Result<Verified> {
    let theirs = foreign::load(json)?;
    let ours = Encoder::new(tokenizer)?;
    let lossless = tokenizer.is_lossless();
    let texts: Vec<&str> = HOSTILE.iter().copied().chain(probes.iter().map(String::as_str)).collect();
    texts
        .par_iter()
        .map_init(Scratch::default, |scratch, text| {
            let mut ids = Vec::new();
            ours.encode_into(text, EncodeOptions::default(), scratch, &mut ids)?;
            let other = theirs.encode_fast(*text, false).map_err(|e| Error::Verify { why: e.to_string() })?;
            if ids != other.get_ids() {
                let at = ids.iter().zip(other.get_ids()).take_while(|(a, b)| a == b).count();
                return Err(Error::Verify {
                    why: format!(
                        "the `tokenizers` crate gives other ids for {}: at token {at} {:?} instead of {:?}",
                        excerpt(text),
                        other.get_ids().get(at),
                        ids.get(at)
                    ),
                });
            }
            let mut round_trips = 0;
            if lossless {
                if ours.decode(&ids, false) != text.as_bytes() {
                    return Err(Error::Verify { why: format!("{} does not come back from its ids", excerpt(text)) });
                }
                round_trips = 1;
            }
            Ok(Verified { texts: 1, bytes: text.len(), ids: ids.len(), round_trips })
        })
        .try_reduce(Verified::default, |a, b| {
            Ok(Verified {
                texts: a.texts + b.texts,
                bytes: a.bytes + b.bytes,
                ids: a.ids + b.ids,
                round_trips: a.round_trips + b.round_trips,
            })
        })
}

fn excerpt(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::hf;
    use crate::tokenizer::{Bpe, Decoder, Model};

    fn bytes_only() -> Tokenizer {
        let mut model = Bpe::default();
        for b in crate::alphabet::in_order() {
            model.vocab.push(&[b]);
        }
        Tokenizer { model: Model::Bpe(model), decoders: vec![Decoder::ByteLevel], ..Tokenizer::default() }
    }

    #[test]
    fn equal_tokenizers_pass_and_different_ones_do_not() {
        let tokenizer = bytes_only();
        let json = hf::write_string(&tokenizer).unwrap();
        let probes = vec!["merhaba dünya".to_owned()];
        let verified = against_tokenizers(&tokenizer, &json, &probes).unwrap();
        assert_eq!((verified.texts, verified.round_trips), (27, 27));
        let other = json.replace("\"a\":", "\"\u{1}\":").replace("\"b\":", "\"a\":").replace("\"\u{1}\":", "\"b\":");
        let error = against_tokenizers(&tokenizer, &other, &probes).unwrap_err();
        assert!(error.to_string().contains("other ids"), "{error}");
    }
}

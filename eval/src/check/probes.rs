//! Texts that checks try, written for them: short, and each hard in its own way.

/// Everyday sentences by script.
pub const SCRIPTS: [(&str, &str); 11] = [
    ("Latin", "The old baker opens his shop at five, and by seven the bread is sold out."),
    ("Turkish", "Iğdır'dan gelen çiftçi, ılık bir öğle üzeri İzmir'deki kızına şeftali götürdü."),
    ("Devanagari", "सुबह की पहली बस में बैठकर वह अपने विद्यार्थियों के लिए पुस्तकें लाया। आजीने अंगणात ज्वारी वाळत घातली होती."),
    ("Arabic", "ذهب الطفل إلى السوق مع جدّه واشترى خبزًا وتمرًا، ثم عاد قبل الظهر."),
    ("Han", "早上下雨，孩子们在屋里画画，奶奶在厨房煮面。昨日の夜、弟は駅で友達を待っていた。"),
    ("Thai", "แม่ค้าขายผลไม้อยู่ริมแม่น้ำทุกเช้าก่อนฟ้าสว่าง"),
    ("Tamil", "மழை பெய்ததால் குழந்தைகள் வீட்டுக்குள் விளையாடினார்கள்."),
    ("Cyrillic", "Вечером мы сидели у реки и слушали, как шумит лес."),
    ("Hangul", "아침마다 할아버지는 마당을 쓸고 꽃에 물을 준다."),
    ("emoji", "🙂🙃 ❤️ 👍🏽 👩‍🌾 🏳️‍🌈 🇹🇷 🇮🇳 ☕ 🎉"),
    ("code", "for (i = 0; i < n; i++) {\n    total += row[i] * 2; // çift\n}\ndef f(x_1):\n\treturn {\"a\": x_1}\n"),
];

/// Marks that belong to the letter before them, and letters whose case is not that of English.
pub const MARKS: [&str; 12] = [
    "क्षत्रिय ज्ञान श्री द्वितीय र्‍हास",
    "स्त्री कार्यकर्त्री उज्ज्वल",
    "दऱ्याखोऱ्यांत वाऱ्याने पाचोळा उडाला",
    "क़लम ज़मीन फ़र्श क\u{93c}लम",
    "किताब की कीमत कितनी है?",
    "İstanbul Isparta ığdır istif IŞIK ışık",
    "DİYARBAKIR Diyarbakır diyarbakır",
    "s\u{327}eker g\u{306}\u{323}ul o\u{308}rdek I\u{307}zmir",
    "e\u{301} a\u{30a} n\u{303} c\u{327}",
    "வணக்கம் ஸ்ரீ கொடுக்கிறேன்",
    "น้ำ ที่ ก็ เปี๊ยก",
    "مُحَمَّدٌ كِتَابٌ",
];

/// White space in every place: runs, tabs, line ends of three kinds, indentation.
pub const SPACES: [&str; 14] = [
    "a b",
    "a  b",
    " a",
    "  a",
    "a ",
    "a\tb",
    "\ta\t\tb",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "a\n\n\nb",
    "if x:\n    if y:\n        z()\n",
    "a \n b\n",
    "a\u{a0}b\u{3000}c",
];

/// Joined emoji, variation selectors, flags, joiners between letters, directions, control characters.
pub const ODD: [&str; 10] = [
    "👩‍👩‍👧‍👦",
    "👍🏽",
    "❤️",
    "🇹🇷🇮🇳",
    "1️⃣",
    "क्‍ष न्‌न",
    "a\u{200b}b\u{200c}c\u{200d}d",
    "a\u{202e}b\u{202c}",
    "a\u{1}b\u{7f}c",
    "\u{feff}a",
];

/// Letters that have two canonical spellings, one of them with separate marks.
pub const COMPOSED: [&str; 6] = [
    "Şu köşkün önünde güzel çiçekler açmış.",
    "Où est né l'élève à la fenêtre ? Là-bas, près de la forêt.",
    "Tiếng Việt có nhiều dấu thanh và nguyên âm.",
    "Čeština má háčky a čárky, příliš žluťoučký kůň.",
    "한국어는 음절을 모아 쓴다.",
    "ऱ्हस्व आणि ऩ व ऴ ही अक्षरे",
];

/// A text with a character that has the byte in it; `None` for the 13 bytes that UTF-8 never has.
pub fn with_byte(byte: u8) -> Option<String> {
    let bytes = match byte {
        0x00..=0x7f => vec![byte],
        0x80..=0xbf => vec![0xc2, byte],
        0xc2..=0xdf => vec![byte, 0x80],
        0xe0 => vec![byte, 0xa0, 0x80],
        0xe1..=0xef => vec![byte, 0x80, 0x80],
        0xf0 => vec![byte, 0x90, 0x80, 0x80],
        0xf1..=0xf4 => vec![byte, 0x80, 0x80, 0x80],
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C0, C1 and F5 to FF are in no UTF-8 text: 2 + 11 = 13.
    #[test]
    fn every_byte_of_utf_8_has_a_text() {
        let texts: Vec<(u8, String)> = (0..=255).filter_map(|byte| Some((byte, with_byte(byte)?))).collect();
        assert_eq!(texts.len(), 243);
        for (byte, text) in texts {
            assert!(text.as_bytes().contains(&byte) && text.chars().count() == 1, "{byte}");
        }
    }

    #[test]
    fn composed_texts_are_composed() {
        use toktool::unicode::{Normalizer, Normalizing};
        let form = |form| Normalizing::new(&[form]).unwrap();
        let (nfc, nfd) = (form(Normalizer::Nfc), form(Normalizer::Nfd));
        for text in COMPOSED {
            assert!(nfc.apply(&nfd.apply(text)) == nfc.apply(text) && nfd.apply(text) != nfc.apply(text), "{text}");
        }
    }
}

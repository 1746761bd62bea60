//! Figures for people.

/// A figure with four significant digits, whole numbers in full with their thousands apart; a dash for none.
pub fn shown(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(v) if v.fract() == 0.0 && v.abs() < 1e15 => grouped(v as i64),
        Some(v) => {
            let digits = if v == 0.0 { 0 } else { v.abs().log10().floor() as i32 };
            if digits >= 4 { grouped(v.round() as i64) } else { format!("{v:.*}", (3 - digits).clamp(0, 6) as usize) }
        }
    }
}

fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(c);
    }
    if n < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits() {
        let cases = [
            (Some(3.0), "3"),
            (Some(1234567.0), "1,234,567"),
            (Some(12345.6), "12,346"),
            (Some(3.14159), "3.142"),
            (Some(0.012345), "0.01235"),
            (Some(123.456), "123.5"),
            (Some(-0.5), "-0.5000"),
            (Some(-1234.0), "-1,234"),
            (None, "-"),
        ];
        for (value, text) in cases {
            assert_eq!(shown(value), text);
        }
    }
}

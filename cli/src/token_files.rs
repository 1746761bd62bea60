//! Token files that a program maps into memory: `bin` (bare little-endian integers) and `npy` (the same after NumPy's
//! header), each with `FILE.idx`, the end of every document in tokens as little-endian u64.

use toktool::vocab::Id;

/// Bytes of the NumPy header that [`npy_header`] writes, whatever the count.
pub const NPY_HEADER: usize = 128;

/// Bytes a token takes: two where every id of the vocabulary fits.
pub fn width(bound: usize) -> usize {
    if bound <= 1 << 16 { 2 } else { 4 }
}

/// Appends ids as little-endian integers of `width` bytes.
pub fn push_ids(ids: &[Id], width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + ids.len() * width, 0);
    if width == 2 {
        for (slot, &id) in out[start..].chunks_exact_mut(2).zip(ids) {
            slot.copy_from_slice(&(id as u16).to_le_bytes());
        }
    } else {
        for (slot, &id) in out[start..].chunks_exact_mut(4).zip(ids) {
            slot.copy_from_slice(&id.to_le_bytes());
        }
    }
}

/// The header of a one-dimensional array of `count` unsigned integers of `width` bytes.
pub fn npy_header(width: usize, count: u64) -> Vec<u8> {
    let dict = format!("{{'descr': '<u{width}', 'fortran_order': False, 'shape': ({count},), }}");
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend(((NPY_HEADER - 10) as u16).to_le_bytes());
    header.extend(dict.as_bytes());
    header.resize(NPY_HEADER - 1, b' ');
    header.push(b'\n');
    header
}

/// How the integers of an array file are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Bytes before the first.
    pub skip: u64,
    /// Bytes of each.
    pub width: usize,
    /// How many, where the file says so.
    pub count: Option<u64>,
}

/// Reads a NumPy header from the first bytes of a file; says what is wrong with one that is not of integers.
pub fn npy_layout(start: &[u8]) -> Result<Layout, String> {
    let cut = || "its NumPy header is cut short".to_owned();
    let version = *start.get(6).ok_or_else(cut)?;
    let byte = |at: usize| start.get(at).copied().map(usize::from).ok_or_else(cut);
    let (from, len) = match version {
        1 => (10, byte(8)? | byte(9)? << 8),
        2 | 3 => (12, byte(8)? | byte(9)? << 8 | byte(10)? << 16 | byte(11)? << 24),
        other => return Err(format!("NumPy format version {other} is not known")),
    };
    let dict = start.get(from..from + len).ok_or_else(cut)?;
    let dict = std::str::from_utf8(dict).map_err(|_| "its NumPy header is not text".to_owned())?;
    let after = |key: &str| dict.split_once(key).map(|(_, rest)| rest.trim_start_matches([' ', ':', '\'', '"']));
    let descr = after("descr").ok_or_else(cut)?;
    let width = ["2", "4", "8"]
        .iter()
        .find(|w| ["<u", "<i"].iter().any(|kind| descr.strip_prefix(kind).is_some_and(|rest| rest.starts_with(**w))));
    let width = width.ok_or("its elements are not little-endian integers of 2, 4 or 8 bytes")?;
    let shape = after("shape").and_then(|s| s.strip_prefix('(')).and_then(|s| s.split(')').next()).ok_or_else(cut)?;
    let mut count = 1u64;
    for side in shape.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        let side: u64 = side.parse().map_err(|_| "its shape is not made of numbers".to_owned())?;
        count = count.checked_mul(side).ok_or("its shape is too large")?;
    }
    Ok(Layout { skip: (from + len) as u64, width: usize::from(width.as_bytes()[0] - b'0'), count: Some(count) })
}

/// The integers in `bytes`, of `width` bytes each; `None` for one that is no id.
pub fn ids(bytes: &[u8], width: usize) -> impl Iterator<Item = Option<Id>> {
    bytes.chunks_exact(width).map(|chunk| {
        let value = chunk.iter().rev().fold(0u64, |sum, &b| sum << 8 | u64::from(b));
        Id::try_from(value).ok()
    })
}

/// Appends a number in decimal.
pub fn push_number(mut n: u64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends an id in decimal: four digits at a time, as this is the inner loop of text output.
pub fn push_id(id: Id, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 12];
    let (high, mid, low) = (id / 100_000_000, id / 10_000 % 10_000, id % 10_000);
    for (part, slot) in [high, mid, low].into_iter().zip(digits.chunks_exact_mut(4)) {
        let (a, b) = (part / 100, part % 100);
        slot.copy_from_slice(&[a / 10, a % 10, b / 10, b % 10].map(|d| b'0' + d as u8));
    }
    let zeros = 12 - id.checked_ilog10().map_or(1, |n| n as usize + 1);
    out.extend_from_slice(&digits[zeros..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        let edges = (0..10).flat_map(|p| [10u32.pow(p) - 1, 10u32.pow(p), 10u32.pow(p) + 1]);
        for n in edges.chain([u32::MAX, 151_936, 20_304_050]) {
            let (mut id, mut number) = (Vec::new(), Vec::new());
            push_id(n, &mut id);
            push_number(u64::from(n), &mut number);
            assert_eq!((id, number), (n.to_string().into_bytes(), n.to_string().into_bytes()));
        }
        let mut out = Vec::new();
        push_number(u64::MAX, &mut out);
        assert_eq!(out, u64::MAX.to_string().as_bytes());
    }

    #[test]
    fn ids_survive_both_widths() {
        let all = [0, 1, 255, 256, 65_535];
        for width in [2, 4] {
            let mut out = vec![7];
            push_ids(&all, width, &mut out);
            assert_eq!(out.len(), 1 + all.len() * width);
            assert!(ids(&out[1..], width).eq(all.iter().map(|&id| Some(id))));
        }
        assert_eq!(ids(&[0, 0, 0, 0, 1, 0, 0, 0], 8).next(), Some(None));
        assert_eq!((width(65_536), width(65_537)), (2, 4));
    }

    #[test]
    fn a_header_reads_back_and_a_broken_one_says_why() {
        for (width, count) in [(2, 0), (4, 12_345_678_901)] {
            let header = npy_header(width, count);
            assert_eq!(header.len(), NPY_HEADER);
            assert_eq!(npy_layout(&header), Ok(Layout { skip: 128, width, count: Some(count) }));
        }
        let good = npy_header(4, 3);
        for cut in 0..good.len() {
            assert!(npy_layout(&good[..cut]).is_err(), "{cut}");
        }
        let other = String::from_utf8_lossy(&good[10..]).replace("<u4", "<f4");
        assert!(npy_layout(&[&good[..10], other.as_bytes()].concat()).unwrap_err().contains("integers"));
    }
}

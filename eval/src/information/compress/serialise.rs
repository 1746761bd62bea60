//! Ids as bytes, and vocabularies as bytes.

/// Bytes of a fixed-width id.
fn width(vocabulary: usize) -> usize {
    if vocabulary <= 1 << 16 { 2 } else { 4 }
}

/// Little-endian, two or four bytes each.
pub(super) fn fixed(ids: &[u32], vocabulary: usize) -> Vec<u8> {
    let width = width(vocabulary);
    let mut bytes = Vec::with_capacity(ids.len() * width);
    ids.iter().for_each(|id| bytes.extend_from_slice(&id.to_le_bytes()[..width]));
    bytes
}

/// The bytes of [`fixed`], the highest of all ids first.
pub(super) fn byte_planes(ids: &[u32], vocabulary: usize) -> Vec<u8> {
    let planes = (0..width(vocabulary)).rev();
    planes.flat_map(|plane| ids.iter().map(move |id| id.to_le_bytes()[plane])).collect()
}

/// Seven bits a byte, low bits first; the high bit says that more follow.
pub(super) fn push_leb128(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// All ids in LEB128.
pub(super) fn leb128(ids: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 * ids.len());
    ids.iter().for_each(|&id| push_leb128(&mut bytes, u64::from(id)));
    bytes
}

/// All ids of the vocabulary by falling frequency in `ids`, the smaller id first among equals.
pub(super) fn by_rank(ids: &[u32], vocabulary: usize) -> Vec<u32> {
    let mut counts = vec![0u64; vocabulary];
    ids.iter().for_each(|&id| counts[id as usize] += 1);
    let mut order: Vec<u32> = (0..vocabulary as u32).collect();
    order.sort_by_key(|&id| std::cmp::Reverse(counts[id as usize]));
    order
}

/// Each id's place in `order`.
pub(super) fn ranks(ids: &[u32], order: &[u32]) -> Vec<u32> {
    let mut rank = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(&id, place)| rank[id as usize] = place);
    ids.iter().map(|&id| rank[id as usize]).collect()
}

/// Tokens, each after its length.
pub(super) fn dictionary<'a>(tokens: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for token in tokens {
        push_leb128(&mut bytes, token.len() as u64);
        bytes.extend_from_slice(token);
    }
    bytes
}

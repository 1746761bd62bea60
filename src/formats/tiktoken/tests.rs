use super::*;

/// All bytes as ids 0 to 255, then `tokens`.
fn ranks(tokens: &[&str]) -> Vec<(Id, Vec<u8>)> {
    let single = (0..=255u8).map(|b| vec![b]);
    let all = single.chain(tokens.iter().map(|t| t.as_bytes().to_vec()));
    all.enumerate().map(|(id, t)| (id as Id, t)).collect()
}

fn file(tokens: &[&str]) -> Vec<u8> {
    let lines = ranks(tokens).into_iter().map(|(id, t)| format!("{} {id}\n", STANDARD.encode(t)));
    lines.collect::<String>().into_bytes()
}

/// [`replay`] as its comment says it: the lowest rank of all neighbours, leftmost, again and again.
fn replay_slow(token: &[u8], by_token: &FxHashMap<&[u8], Id>, below: Id) -> Vec<usize> {
    let mut parts: Vec<&[u8]> = token.chunks(1).collect();
    loop {
        let joins = parts.windows(2).enumerate().filter_map(|(at, w)| {
            let rank = *by_token.get([w[0], w[1]].concat().as_slice())?;
            (rank < below).then_some((rank, at))
        });
        let Some((_, at)) = joins.min() else { break };
        let start: usize = parts[..at].iter().map(|p| p.len()).sum();
        let len = parts[at].len() + parts[at + 1].len();
        parts.splice(at..at + 2, [&token[start..start + len]]);
    }
    let mut end = 0;
    let ends = parts.iter().map(|p| {
        end += p.len();
        end
    });
    ends.filter(|&e| e < token.len()).collect()
}

proptest::proptest! {
    #[test]
    fn replay_is_its_slow_twin(
        tokens in proptest::collection::vec("[ab]{2,5}", 0..12),
        text in "[ab]{1,20}",
        below in 250u32..270,
    ) {
        let mut tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        tokens.sort_unstable_by_key(|t| t.len());
        tokens.dedup();
        let all = ranks(&tokens);
        let by_token: FxHashMap<&[u8], Id> = all.iter().map(|(id, t)| (t.as_slice(), *id)).collect();
        proptest::prop_assert_eq!(
            replay(text.as_bytes(), &by_token, below),
            replay_slow(text.as_bytes(), &by_token, below)
        );
    }
}

#[test]
fn merges_are_derived_and_the_file_comes_back() {
    let bytes = file(&["ab", "abc", " ab", "bc"]);
    let t = read(&bytes, Some("gpt2")).unwrap();
    let Model::Bpe(bpe) = &t.model else { panic!() };
    let b = |c: u8| Id::from(c);
    let expected = [(b(b'a'), b(b'b'), 256), (256, b(b'c'), 257), (b(b' '), 256, 258), (b(b'b'), b(b'c'), 259)];
    assert_eq!(bpe.vocab.merges, expected.map(|(left, right, new)| Merge { left, right, new }));
    bpe.vocab.check().unwrap();
    assert_eq!(write(&t).unwrap(), bytes);
    assert!(irreducible(&t).is_empty());
}

#[test]
fn a_token_that_does_not_reduce_is_listed_and_needs_whole_pieces() {
    // `abcd` has no rank below its own for any pair, so it stays four parts.
    let bytes = file(&["abcd", "ab", "cd"]);
    let mut t = read(&bytes, Some("none")).unwrap();
    assert_eq!(irreducible(&t), [256]);
    assert_eq!(write(&t).unwrap(), bytes);
    let Model::Bpe(bpe) = &mut t.model else { panic!() };
    assert_eq!(bpe.vocab.merges[0], Merge { left: 257, right: 258, new: 256 });
    bpe.ignore_merges = false;
    assert!(write(&t).is_err());
}

#[test]
fn an_unknown_file_needs_a_pattern() {
    let error = read(&file(&["ab"]), None).unwrap_err();
    assert!(error.hint().unwrap().contains("--pattern"));
    assert!(read(&file(&["ab"]), Some("gtp2")).unwrap_err().to_string().contains("gtp2"));
    assert!(read(&file(&["ab"]), Some(r"\S+|\s+")).is_ok());
}

#[test]
fn faults_name_their_line() {
    let good = String::from_utf8(file(&["ab"])).unwrap();
    let cases = [
        (good.replace("YWI= 256", "YWI=256"), "line 257", "no space"),
        (good.replace("YWI= 256", "YW= 256"), "line 257", "base64"),
        (good.replace("YWI= 256", "YWI= -1"), "line 257", "not a number"),
        (good.replace("YWI= 256", "YWI= 99999999999"), "line 257", "not a number"),
        (good.replace("YWI= 256", "YWI= 4294967295"), "", "far beyond"),
        (good.replace("YWI= 256", "YQ== 256"), "line 257", "twice"),
        (good.replace("YWI= 256", "YWI= 7"), "", "rank 7"),
        (good.replace("YQ== 97\n", ""), "", "0x61"),
    ];
    for (text, place, word) in cases {
        let error = read(text.as_bytes(), Some("gpt2")).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains(word), "{error}");
    }
}

#[test]
fn what_ranks_cannot_say_is_refused() {
    let t = read(&file(&["ab", "abc"]), Some("gpt2")).unwrap();
    let mut swapped = t.clone();
    let mut lower = t.clone();
    let mut lacking = t;
    let Model::Bpe(bpe) = &mut swapped.model else { panic!() };
    bpe.vocab.merges.swap(0, 1);
    assert!(write(&swapped).unwrap_err().to_string().contains("257 is merged before id 256"));
    lower.normalizers.push(crate::unicode::Normalizer::Lowercase);
    assert!(write(&lower).is_err());
    let Model::Bpe(bpe) = &mut lacking.model else { panic!() };
    bpe.vocab.merges.pop();
    assert!(write(&lacking).unwrap_err().to_string().contains("token 257"));
}

use super::*;

fn message(bytes: &[u8], name: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let error = read(&path, None).unwrap_err();
    assert!(error.to_string().contains(name), "{error}");
    error.to_string()
}

#[test]
fn a_wrong_file_gets_a_message_with_its_name() {
    assert!(message(b"", "empty.json").contains("empty"));
    assert!(message(b" \n", "blank.json").contains("empty"));
    assert!(message(b"hello world\n", "text.txt").contains("not a tokenizer file"));
    assert!(message(b"hello\n", "bad.tiktoken").contains("line 1"));
    assert!(message(b"[]", "list.json").contains("tokenizer.json object"));
    assert!(message(b"{\"a\": \"\xFF\"}", "bytes.json").contains("byte 7"));
    assert!(message(b"GGUF", "cut.gguf").contains("byte 4"));
    assert!(message(b"\x0A\x05\x0A\x01a", "cut.model").contains("not a tokenizer file"));
    assert!(message(b"YQ== 0\n", "short.tiktoken").contains("no token"));
}

#[test]
fn kinds_are_told_apart_by_content() {
    let dir = tempfile::tempdir().unwrap();
    let json = r#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#;
    fs::write(dir.path().join("odd.bin"), json).unwrap();
    assert!(read(&dir.path().join("odd.bin"), None).is_ok());
    let folder = read(dir.path(), None).unwrap_err();
    assert!(folder.to_string().contains("no `tokenizer.json`"));
    fs::write(dir.path().join("tokenizer.json"), json).unwrap();
    assert!(read(dir.path(), None).is_ok());
    let missing = read(&dir.path().join("missing"), None).unwrap_err();
    assert!(missing.to_string().contains("missing") && missing.hint().is_some());
    let model = include_bytes!("../../tests/golden/sentencepiece/bpe.model");
    fs::write(dir.path().join("sp"), model).unwrap();
    assert!(read(&dir.path().join("sp"), None).is_ok());
}

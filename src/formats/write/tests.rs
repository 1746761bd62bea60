use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.txt");
    let fails = |out: &mut (dyn Write + Send)| {
        out.write_all(b"half").map_err(|e| Error::io("write", "", e))?;
        Err(Error::Interrupted)
    };
    assert!(write_file_atomic(&path, false, fails).is_err());
    assert!(names(dir.path()).is_empty());
    let full = |out: &mut (dyn Write + Send)| out.write_all(b"full").map_err(|e| Error::io("write", "", e));
    write_file_atomic(&path, false, full).unwrap();
    let again = write_file_atomic(&path, false, full).unwrap_err();
    assert!(again.hint().unwrap().contains("--force"));
    assert!(write_file_atomic(&path, true, fails).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"full");
    write_file_atomic(&path, true, full).unwrap();
    assert_eq!(names(dir.path()), ["out.txt"]);
}

#[test]
fn a_folder_takes_its_name_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("deep/out");
    let out = OutputDir::new(&target, false).unwrap();
    out.write("8000/a.txt", b"a").unwrap();
    assert!(!target.exists());
    out.commit().unwrap();
    assert_eq!(fs::read(target.join("8000/a.txt")).unwrap(), b"a");
    assert_eq!(names(&dir.path().join("deep")), ["out"]);

    assert!(OutputDir::new(&target, false).unwrap_err().hint().unwrap().contains("--force"));
    let out = OutputDir::new(&target, true).unwrap();
    out.write("8000/a.txt", b"b").unwrap();
    out.write("c.txt", b"c").unwrap();
    out.commit().unwrap();
    assert_eq!(fs::read(target.join("8000/a.txt")).unwrap(), b"b");
    assert_eq!(names(&target), ["8000", "c.txt"]);
    assert_eq!(names(&dir.path().join("deep")), ["out"]);
}

#[test]
fn an_abandoned_folder_leaves_nothing_and_an_empty_target_is_fine() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("out");
    fs::create_dir(&target).unwrap();
    let out = OutputDir::new(&target, false).unwrap();
    out.write("a.txt", b"a").unwrap();
    drop(out);
    assert_eq!(names(dir.path()), ["out"]);
    assert!(names(&target).is_empty());
    let out = OutputDir::new(&target, false).unwrap();
    out.write("a.txt", b"a").unwrap();
    // Someone else fills the target meanwhile.
    fs::write(target.join("theirs"), b"x").unwrap();
    assert!(out.commit().is_err());
    assert_eq!(names(&target), ["theirs"]);
    assert_eq!(names(dir.path()), ["out"]);
    let file = dir.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert!(OutputDir::new(&file, true).is_err());
}

#[test]
fn a_folder_names_its_special_tokens() {
    let mut tokenizer = Tokenizer::default();
    let crate::tokenizer::Model::Bpe(bpe) = &mut tokenizer.model else { panic!() };
    bpe.vocab.push(b"<|endoftext|>");
    tokenizer.added.push(crate::tokenizer::AddedToken {
        content: "<|endoftext|>".into(),
        special: true,
        ..Default::default()
    });
    let roles = [("eos".to_owned(), "<|endoftext|>".to_owned())];
    let files = folder_files(&tokenizer, &roles).unwrap();
    let config: Value = serde_json::from_slice(&files[1].1).unwrap();
    assert_eq!(config["eos_token"], "<|endoftext|>");
    assert_eq!(config["added_tokens_decoder"]["0"]["special"], true);
    assert_eq!(config["tokenizer_class"], "PreTrainedTokenizerFast");
    let map: Value = serde_json::from_slice(&files[2].1).unwrap();
    assert_eq!(map, json!({"eos_token": "<|endoftext|>"}));
    assert!(folder_files(&tokenizer, &[("end".into(), "x".into())]).is_err());
}

use std::fs;

use proptest::prelude::*;

use super::*;

/// Writes a safetensors file of numbers 0, 1, 2 ... in every tensor, of the types and shapes given.
pub(super) fn write_tensors(path: &Path, tensors: &[(&str, &str, &[usize])]) {
    let specs = tensors
        .iter()
        .map(|(name, dtype, shape)| TensorSpec::new(*name, Dtype::of_name(dtype), shape.to_vec()).unwrap())
        .collect();
    let specs = file_order(specs);
    let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
    let mut writer = SafetensorsWriter::create(path, specs.clone(), &metadata).unwrap();
    for spec in specs {
        let count: usize = spec.shape.iter().product();
        let values: Vec<f32> = (0..count).map(|n| n as f32).collect();
        let mut bytes = Vec::new();
        if spec.dtype.encode(&values, &mut bytes).is_err() {
            bytes = vec![7; spec.bytes as usize];
        }
        writer.write(&bytes).unwrap();
    }
    writer.finish().unwrap();
}

/// A folder with that configuration and one file of weights.
pub(super) fn checkpoint(
    config: &Value,
    tensors: &[(&str, &str, &[usize])],
) -> (tempfile::TempDir, Result<Checkpoint>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    write_tensors(&folder.path().join("model.safetensors"), tensors);
    let opened = Checkpoint::open(folder.path());
    (folder, opened)
}

fn files(all: &[(&str, &[u8])]) -> (tempfile::TempDir, Result<Checkpoint>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in all {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let opened = Checkpoint::open(folder.path());
    (folder, opened)
}

fn message(all: &[(&str, &[u8])]) -> String {
    let error = files(all).1.unwrap_err();
    format!("{error} (hint: {})", error.hint().unwrap_or("none"))
}

fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

#[test]
fn rows_are_read_in_every_type() {
    let tensors: [(&str, &str, &[usize]); 6] = [
        ("a", "F64", &[3, 2]),
        ("b", "F32", &[3, 2]),
        ("c", "F16", &[3, 2]),
        ("d", "BF16", &[3, 2]),
        ("e", "U8", &[3, 2]),
        ("one", "F32", &[]),
    ];
    let (_folder, opened) = checkpoint(&serde_json::json!({}), &tensors);
    let checkpoint = opened.unwrap();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(checkpoint.rows(name, 1..3).unwrap(), [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(checkpoint.rows(name, 3..3).unwrap(), Vec::<f32>::new());
        assert_eq!(checkpoint.tensor_f32(name).unwrap().len(), 6);
        assert!(checkpoint.rows(name, 2..4).unwrap_err().to_string().contains("rows 2 to 4 of 3"));
    }
    assert_eq!(checkpoint.raw_rows("e", 0..1).unwrap(), [7, 7]);
    assert_eq!(checkpoint.raw_rows("d", 1..2).unwrap(), [0x00, 0x40, 0x40, 0x40]);
    let mut into = [0; 4];
    checkpoint.raw_rows_into("d", 1..2, &mut into).unwrap();
    assert_eq!(into, [0x00, 0x40, 0x40, 0x40]);
    let error = checkpoint.raw_rows_into("d", 0..2, &mut into).unwrap_err().to_string();
    assert!(error.contains("8 bytes do not go into 4"), "{error}");
    let error = checkpoint.rows("e", 0..1).unwrap_err().to_string();
    assert!(error.contains("`e`") && error.contains("U8"), "{error}");
    assert!(checkpoint.rows("f", 0..1).unwrap_err().to_string().contains("`f`"));
    assert_eq!(checkpoint.rows("one", 0..1).unwrap(), [0.0]);
    assert_eq!(checkpoint.shards[0].metadata["format"], "pt");
    assert_eq!(checkpoint.get("b").unwrap().unwrap().dims(), [3, 2]);
    assert!(checkpoint.get("f").unwrap().is_none());
}

#[test]
fn threads_read_at_once() {
    let (_folder, opened) = checkpoint(&serde_json::json!({}), &[("a", "F32", &[512, 3]), ("b", "BF16", &[7])]);
    let checkpoint = opened.unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let checkpoint = &checkpoint;
            scope.spawn(move || {
                for row in (thread..512).step_by(4) {
                    let first = (3 * row) as f32;
                    assert_eq!(checkpoint.rows("a", row..row + 1).unwrap(), [first, first + 1.0, first + 2.0]);
                }
            });
        }
    });
}

#[test]
fn shards_are_found_through_their_index() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("config.json"), "{}").unwrap();
    write_tensors(&at("model-00001-of-00002.safetensors"), &[("a", "F32", &[2, 2])]);
    write_tensors(&at("model-00002-of-00002.safetensors"), &[("b", "F32", &[3])]);
    let index = |map: &str| {
        let text = format!(r#"{{"metadata": {{"total_size": 28}}, "weight_map": {map}}}"#);
        fs::write(at("model.safetensors.index.json"), text).unwrap();
        Checkpoint::open(folder.path())
    };
    let (one, two) = (r#""model-00001-of-00002.safetensors""#, r#""model-00002-of-00002.safetensors""#);
    let opened = index(&format!(r#"{{"a": {one}, "b": {two}}}"#)).unwrap();
    assert_eq!((opened.shards.len(), opened.tensors["b"].shard), (2, 1));
    assert_eq!(opened.rows("b", 1..3).unwrap(), [1.0, 2.0]);
    assert_eq!(opened.index.unwrap().json["metadata"]["total_size"], 28);
    let error = |map: String| index(&map).unwrap_err().to_string();
    let lacks = error(format!(r#"{{"a": {one}, "c": {two}}}"#));
    assert!(lacks.contains("00002-of") && lacks.contains("`c`"), "{lacks}");
    assert!(error(r#"{"a": "model-00003-of-00003.safetensors"}"#.into()).contains("missing"));
    assert!(error(r#"{"a": "../model.safetensors"}"#.into()).contains("does not name a file of the folder"));
    assert!(error(r#"{"a": 3}"#.into()).contains("has to name a file"));
    assert!(error("{}".into()).contains("names no tensor"));
    assert!(error("[]".into()).contains("weight_map"));
    write_tensors(&at("twice.safetensors"), &[("a", "F32", &[2]), ("c", "F32", &[2])]);
    let twice = error(format!(r#"{{"a": {one}, "c": "twice.safetensors"}}"#));
    assert!(twice.contains("`a`") && twice.contains("holds this tensor as well"), "{twice}");
    fs::write(at("model.safetensors.index.json"), "{").unwrap();
    assert!(Checkpoint::open(folder.path()).unwrap_err().to_string().contains("index.json"));
}

#[test]
fn a_folder_without_readable_weights_says_what_to_do() {
    let config = ("config.json", &b"{}"[..]);
    assert!(message(&[]).contains("no `config.json`"));
    assert!(message(&[("config.json", b"[]")]).contains("has to be a JSON object"));
    assert!(message(&[("config.json", b"{\n x")]).contains("line 2"));
    assert!(message(&[config]).contains("holds no weights"));
    for pickle in ["pytorch_model.bin", "pytorch_model.bin.index.json", "a.pt", "b.ckpt"] {
        assert!(message(&[config, (pickle, b"x")]).contains("safe_serialization=True"), "{pickle}");
    }
    assert!(message(&[config, ("flax_model.msgpack", b"x")]).contains("another framework"));
    assert!(message(&[config, ("tf_model.h5", b"x")]).contains("another framework"));
    assert!(message(&[config, ("adapter_model.safetensors", b"x")]).contains("adapter"));
    assert!(message(&[config, ("x.gguf", b"x")]).contains("`.gguf` file itself"));
    let variants = [config, ("model.fp16.safetensors", &b"x"[..]), ("model.fp32.safetensors", &b"x"[..])];
    assert!(message(&variants).contains("several variants"));
    let error = Checkpoint::open(Path::new("no-such-folder")).unwrap_err();
    assert_eq!(error.hint(), Some("check the spelling of the path"));
    let good = raw(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, &[0; 4]);
    assert!(files(&[config, ("model.fp16.safetensors", &good)]).1.is_ok());
}

#[test]
fn a_header_that_lies_is_refused_by_name() {
    let at = |header: &str, data: usize| {
        message(&[("config.json", b"{}"), ("model.safetensors", &raw(header, &vec![0; data]))])
    };
    let one = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#""t":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
    };
    let alone = |dtype: &str, shape: &str, offsets: &str| format!("{{{}}}", one(dtype, shape, offsets));
    for (header, data, expected) in [
        ("x".into(), 0, "not readable"),
        ("[]".into(), 0, "not readable"),
        (alone("F32", "[2]", "[0,8]"), 7, "of which the file has 7"),
        (alone("F32", "[2]", "[0,8]"), 9, "1 bytes after the last tensor"),
        (alone("F32", "[2]", "[8,0]"), 8, "before they start"),
        (alone("F32", "[3]", "[0,8]"), 8, "has 12 bytes, not 8"),
        (alone("F32", "[4294967296,4294967296,4]", "[0,8]"), 8, "too large"),
        (alone("F32", "[-1]", "[0,8]"), 8, "needs `dtype`"),
        (alone("F32", "2", "[0,8]"), 8, "needs `dtype`"),
        (r#"{"t":{"dtype":"F32"}}"#.into(), 0, "needs `dtype`"),
        (r#"{"__metadata__":{"a":1}}"#.into(), 0, "object of strings"),
        (format!("{{{},{}}}", one("F32", "[1]", "[0,4]"), one("F32", "[1]", "[4,8]")), 8, "twice"),
        (
            format!(
                "{{{},\"u\":{{{}}}}}",
                one("F32", "[1]", "[0,4]"),
                &one("U8", "[2]", "[2,4]")[5..].trim_end_matches('}')
            ),
            4,
            "overlap",
        ),
        (alone("U8", "[2]", "[2,4]"), 4, "no tensor owns the 2 bytes"),
    ] {
        let text = at(&header, data);
        assert!(text.contains(expected) && text.contains("model.safetensors"), "{header}: {text}");
    }
    let whole = |bytes: &[u8]| message(&[("config.json", b"{}"), ("model.safetensors", bytes)]);
    assert!(whole(b"1234").contains("at least 8 bytes"));
    assert!(whole(&raw("{}", &[])[..9]).contains("but the file has 9"));
    assert!(whole(&u64::MAX.to_le_bytes()).contains("not a safetensors file"));
    // A type that is not known is carried, not read.
    let unknown = raw(&alone("F5_E9", "[3]", "[0,2]"), &[1, 2]);
    let opened = files(&[("config.json", b"{}"), ("model.safetensors", &unknown)]).1.unwrap();
    assert_eq!(opened.tensors["t"].dtype, Dtype::Opaque("F5_E9".into()));
    assert!(opened.rows("t", 0..1).is_err() && opened.tensor_f32("t").is_err());
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let header = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}"#;
        let mut bytes = raw(header, &[1; 14]);
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if shorten {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(opened) = files(&[("config.json", b"{}"), ("model.safetensors", &bytes)]).1 {
            for (name, info) in &opened.tensors {
                let _ = opened.rows(name, 0..info.rows().min(9));
                let _ = opened.tensor_f32(name);
            }
        }
    }
}

/// The bits of numbers, which compare where NaN does not.
pub(super) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

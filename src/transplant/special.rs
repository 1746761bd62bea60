//! What special tokens are for: roles by name.
//!
//! Models spell the same control token in different ways. A row of a special token is carried over by the text of the token
//! where both tokenizers have it, else by role. The first seven roles are Hugging Face's own and are stated in files; the
//! others are conventions of model families, known by the spellings of this table.

/// Roles that configurations state as `{role}_token_id`.
pub const ROLES: [&str; 7] = ["bos", "eos", "unk", "pad", "sep", "cls", "mask"];

/// Roles by the spellings that they are known by, the usual one first.
pub const KNOWN: &[(&str, &[&str])] = &[
    ("bos", &["<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<｜begin▁of▁sentence｜>", "<|bos|>"]),
    (
        "eos",
        &[
            "</s>",
            "<eos>",
            "<|end_of_text|>",
            "<|endoftext|>",
            "<｜end▁of▁sentence｜>",
            "<|eos|>",
            "<|im_end|>",
            "<EOT>",
        ],
    ),
    ("unk", &["<unk>", "[UNK]", "<|unk|>"]),
    ("pad", &["<pad>", "[PAD]", "<|pad|>", "<|finetune_right_pad_id|>", "<|padding|>", "<｜▁pad▁｜>"]),
    ("sep", &["[SEP]"]),
    ("cls", &["[CLS]"]),
    ("mask", &["[MASK]", "<mask>", "<|mask|>"]),
    ("turn_start", &["<|im_start|>", "<start_of_turn>", "<|start_header_id|>", "<|start_of_role|>"]),
    ("turn_end", &["<|im_end|>", "<end_of_turn>", "<|eot_id|>", "<|end|>"]),
    ("header_end", &["<|end_header_id|>", "<|end_of_role|>"]),
    ("message_end", &["<|eom_id|>"]),
    ("tool_call_start", &["<tool_call>", "<|tool_call|>", "<|python_tag|>", "[TOOL_CALLS]"]),
    ("tool_call_end", &["</tool_call>"]),
    ("tool_result_start", &["<tool_response>", "[TOOL_RESULTS]"]),
    ("tool_result_end", &["</tool_response>", "[/TOOL_RESULTS]"]),
    ("think_start", &["<think>", "[THINK]"]),
    ("think_end", &["</think>", "[/THINK]"]),
    ("fim_prefix", &["<|fim_prefix|>", "<fim_prefix>", "<PRE>", "<|fim▁begin|>", "<｜fim▁begin｜>"]),
    ("fim_suffix", &["<|fim_suffix|>", "<fim_suffix>", "<SUF>", "<|fim▁hole|>", "<｜fim▁hole｜>"]),
    ("fim_middle", &["<|fim_middle|>", "<fim_middle>", "<MID>", "<|fim▁end|>", "<｜fim▁end｜>"]),
    ("image", &["<image>", "<|image_pad|>", "<image_soft_token>", "<|image|>", "[IMG]"]),
    ("image_start", &["<|vision_start|>", "<start_of_image>"]),
    ("image_end", &["<|vision_end|>", "<end_of_image>"]),
    ("audio", &["<|audio_pad|>", "<audio_soft_token>", "<|audio|>"]),
];

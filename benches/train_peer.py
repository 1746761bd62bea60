"""Trains one peer on one corpus, for train.py. usage: train_peer.py hf|gigabpe CORPUS VOCAB_SIZE OUT.json THREADS"""
import sys

peer, corpus, size, out, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
if peer == "hf":
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train([corpus], trainers.BpeTrainer(vocab_size=size, show_progress=False, special_tokens=["<|endoftext|>"],
                                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.save(out)
else:
    import gigabpe
    gigabpe.train_tokenizer([corpus], vocab_size=size, output=out, pretokenizer="bytelevel", special_tokens=["<|endoftext|>"], threads=threads)

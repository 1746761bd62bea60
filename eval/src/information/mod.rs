//! Tokenizers as sources and as compressors: entropies that say how far they can be trusted, and real coders.

//! Entropies of order one to K.

//! Words whose morphemes are known, read from every layout in use.

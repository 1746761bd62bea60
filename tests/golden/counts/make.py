"""Counts files as other programs write them. usage: python make.py (needs pyarrow)"""
import pathlib
import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
words, counts = ["bir", "çok", "the"], [7, 2, 9]
raw = [w.encode() for w in words]
write = lambda name, **columns: pq.write_table(pa.table(columns), here / name)
write("int32.parquet", word=words, count=pa.array(counts, pa.int32()))
write("int64_unsorted.parquet", count=pa.array([9, 3, 2, 4], pa.int64()), word=pa.array(["the", "bir", "çok", "bir"], pa.string()))
write("uint64_binary.parquet", word=pa.array(raw, pa.binary()), count=pa.array(counts, pa.uint64()))
write("dictionary_extra.parquet", extra=[1.5, 2.5, 3.5], word=pa.array(words).dictionary_encode(), count=pa.array(counts, pa.int16()))
write("uint8_large.parquet", word=pa.array(words, pa.large_string()), count=pa.array(counts, pa.uint8()))
write("negative.parquet", word=words, count=pa.array([7, -3, 9], pa.int64()))
write("null.parquet", word=["bir", None, "the"], count=pa.array(counts, pa.int64()))
write("float.parquet", word=words, count=[7.0, 2.0, 9.0])
write("nocount.parquet", word=words, n=counts)
write("nanoseconds.parquet", word=words, count=pa.array(counts, pa.timestamp("ns")))

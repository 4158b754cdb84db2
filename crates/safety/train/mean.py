"""The mean of several files of weights, from runs with other numbers of sentences a template: what one run learned of its
own fillings by heart weighs less.

    python3 mean.py request.1.bin request.2.bin request.3.bin --out ../weights/request.bin

Plain Python, no packages; the form is that of src/classifier.rs.
"""
import argparse, pathlib, struct


def read(path):
    """[(name, bias, weights)] and the bits of a table's size."""
    data = path.read_bytes()
    assert data[:4] == b'LQC1', path
    count, bits, at = data[4], data[5], 6
    heads = []
    for _ in range(count):
        length = data[at]
        name = data[at + 1:at + 1 + length]
        heads.append((name, *struct.unpack_from('<ff', data, at + 1 + length)))
        at += 1 + length + 8
    size = 1 << bits
    tables = [struct.unpack_from(f'<{size}b', data, at + n * size) for n in range(count)]
    return bits, [(name, bias, [w * scale for w in table]) for (name, bias, scale), table in zip(heads, tables)]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('files', type=pathlib.Path, nargs='+')
    p.add_argument('--out', type=pathlib.Path, required=True)
    args = p.parse_args()
    runs = [read(path) for path in args.files]
    bits = max(run[0] for run in runs)
    # A smaller table stands for the larger one of which it has the low bits.
    runs = [(bits, [(name, bias, table * (1 << bits - own)) for name, bias, table in classes]) for own, classes in runs]
    head, tables = b'LQC1' + bytes([len(runs[0][1]), bits]), b''
    for classes in zip(*(classes for _, classes in runs)):
        assert len({name for name, _, _ in classes}) == 1
        weights = [sum(column) / len(runs) for column in zip(*(weights for _, _, weights in classes))]
        scale = max(map(abs, weights)) / 127 or 1
        head += bytes([len(classes[0][0])]) + classes[0][0] + struct.pack('<ff', sum(c[1] for c in classes) / len(runs), scale)
        tables += struct.pack(f'<{len(weights)}b', *(round(w / scale) for w in weights))
    args.out.write_bytes(head + tables)


if __name__ == '__main__':
    main()

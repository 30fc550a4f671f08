import sys
import msgpack

for i in range(int(sys.argv[1])):
    data = {"i": [i, -i, i * 1.5, None, True], "b": b"x" * i, "s": "t%d" % i}
    packed = msgpack.packb(data)
    assert msgpack.unpackb(packed) == data
    unpacker = msgpack.Unpacker(object_hook=dict)
    unpacker.feed(packed * 3)
    list(unpacker)
    msgpack.unpackb(msgpack.packb(msgpack.ExtType(1, b"x")),
                    ext_hook=lambda code, data: [code, data])
    for wrong in (lambda: msgpack.unpackb(packed[:-1]),
                  lambda: msgpack.unpackb(b"\xc1"),
                  lambda: msgpack.packb(object()),
                  lambda: msgpack.packb(1 << 100)):
        try:
            wrong()
        except (ValueError, TypeError, OverflowError):
            pass

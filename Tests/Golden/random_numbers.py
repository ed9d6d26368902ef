"""Prints the expected values of Tests/RandomNumbersTests, from an implementation in Python's integers.

Independent of the Swift sources: the rounds follow section 3.3 of Salmon et al. (2011), and the first lines printed are
Random123's own known answers, which must agree with its tests/kat_vectors before the rest means anything.
"""

MASK = 0xFFFFFFFF


def philox(counter, key, rounds=10):
    c, k = list(counter), list(key)
    for _ in range(rounds):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def words(seed, purpose, epoch, index):
    block = 0
    while True:
        yield from philox([block, index, epoch, purpose], [seed & MASK, seed >> 32])
        block += 1


def below(stream, bound):
    while True:
        product = next(stream) * bound
        if product & MASK >= (1 << 32) % bound:
            return product >> 32


def permutation(stream, count):
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = below(stream, last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def show(numbers):
    print(", ".join(f"0x{n:08X}" for n in numbers))


show(philox([0] * 4, [0] * 2))
show(philox([MASK] * 4, [MASK] * 2))
show(philox([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]))
stream = words(seed=0x0123456789ABCDEF, purpose=2, epoch=7, index=49_999)
show(next(stream) for _ in range(10))
print(permutation(words(seed=42, purpose=1, epoch=3, index=0), 20))
stream = words(seed=42, purpose=3, epoch=0, index=0)
print([below(stream, 3_000_000_000) for _ in range(8)])

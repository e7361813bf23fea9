// Random numbers for property tests, from a generator that is not ours. Each property runs over several seeds; a
// failure prints the one it happened with.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace sluice::test {

class Draw {
public:
    explicit Draw(std::uint64_t seed) : generator_(seed) {}

    std::uint64_t next() { return generator_(); }
    // Uniform in [least, most].
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(generator_);
    }
    std::size_t below(std::size_t bound) {
        return static_cast<std::size_t>(between(0, static_cast<std::int64_t>(bound) - 1));
    }
    bool one_in(std::int64_t n) { return between(1, n) == 1; }
    std::vector<std::uint8_t> octets(std::size_t n) {
        std::vector<std::uint8_t> drawn(n);
        for (auto& octet : drawn) octet = static_cast<std::uint8_t>(generator_());
        return drawn;
    }

private:
    std::mt19937_64 generator_;
};

}  // namespace sluice::test

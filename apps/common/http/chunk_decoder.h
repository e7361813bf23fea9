// The chunked transfer coding, decoded as octets come, however they are cut (RFC 9112 7.1).
//
// Keeps a few numbers and no text. Choice: our own state machine instead of Beast's, which wants each chunk header and
// the whole trailer section in one piece (memory a peer decides about) and asserts on some of them.
// Strict: lines end in CR LF, sizes are plain hexadecimal, extensions and trailers are bounded and thrown away.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::http {

class ChunkDecoder {
public:
    enum class Status : std::uint8_t { more, done, bad };

    // Looks at octets until there is something to say. `used` octets were looked at; `data` is a part of them that
    // belongs to the body. Call again with the rest while used < octets.size() and the status is `more`.
    struct Step {
        std::size_t used = 0;
        std::string_view data;
    };
    Step take(std::string_view octets);

    Status status() const { return status_; }

private:
    enum class Place : std::uint8_t {
        size,              // hexadecimal digits
        before_extension,  // white space after them; only ";" may follow
        extension,         // up to CR
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_begin,  // first octet of a trailer line
        trailer_name,
        trailer_value,
        trailer_lf,
        end_lf,  // of the empty line
    };
    void take_one(char c);
    void take_in_size(char c);
    void take_in_trailer(char c);
    void refuse() { status_ = Status::bad; }
    void expect(bool as_it_should_be, Place next);
    bool is_line_too_long();

    std::uint64_t left_ = 0;         // octets of the current chunk
    std::uint32_t line_octets_ = 0;  // of extensions in a chunk line, or of the trailer section
    std::uint8_t digits_ = 0;
    Place place_ = Place::size;
    Status status_ = Status::more;
};

}  // namespace sluice::http

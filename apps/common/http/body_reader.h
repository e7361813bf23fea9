// Where a body ends, and its octets as they come (RFC 9112 6). Used for requests and responses.
#pragma once

#include <cstdint>
#include <string_view>

#include "apps/common/http/chunk_decoder.h"

namespace sluice::http {

struct Framing {
    enum class Kind : std::uint8_t { none, length, chunked, until_close };
    Kind kind = Kind::none;
    std::uint64_t length = 0;
};

class BodyReader {
public:
    enum class Status : std::uint8_t { more, done, bad };

    explicit BodyReader(const Framing& framing);

    // Like ChunkDecoder::take: looks at `used` octets, of which `data` belong to the body.
    ChunkDecoder::Step take(std::string_view octets);
    void end_of_input();  // the peer will send no more

    Status status() const { return status_; }
    std::uint64_t received() const { return received_; }  // octets of the body, decoded

private:
    Framing framing_;
    ChunkDecoder chunks_;
    std::uint64_t received_ = 0;
    Status status_ = Status::more;
};

}  // namespace sluice::http

#include "apps/common/http/body_reader.h"

#include <algorithm>

namespace sluice::http {

BodyReader::BodyReader(const Framing& framing) : framing_(framing) {
    if (framing.kind == Framing::Kind::none || (framing.kind == Framing::Kind::length && framing.length == 0))
        status_ = Status::done;
}

ChunkDecoder::Step BodyReader::take(std::string_view octets) {
    ChunkDecoder::Step step;
    if (status_ != Status::more) return step;
    if (framing_.kind == Framing::Kind::chunked) {
        step = chunks_.take(octets);
        if (chunks_.status() == ChunkDecoder::Status::done) status_ = Status::done;
        if (chunks_.status() == ChunkDecoder::Status::bad) status_ = Status::bad;
    } else if (framing_.kind == Framing::Kind::length) {
        step.used =
            static_cast<std::size_t>(std::min<std::uint64_t>(octets.size(), framing_.length - received_));
        step.data = octets.substr(0, step.used);
    } else {
        step.used = octets.size();
        step.data = octets;
    }
    received_ += step.data.size();
    if (framing_.kind == Framing::Kind::length && received_ == framing_.length) status_ = Status::done;
    return step;
}

void BodyReader::end_of_input() {
    // RFC 9112 8: a message that ends before its length or its last chunk is incomplete.
    if (status_ == Status::more)
        status_ = framing_.kind == Framing::Kind::until_close ? Status::done : Status::bad;
}

}  // namespace sluice::http

#include "apps/common/http/chunk_decoder.h"

#include <algorithm>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// RFC 9112 7.1.1: a server ought to limit the length of extensions. The trailer section has the same limit.
constexpr std::uint32_t line_octets_max = 4096;
constexpr std::uint8_t digits_max = 16;  // RFC 9112 7.1: anticipate overflow; more would not fit 64 bits.

// RFC 9110 5.5, without the controls that are refused in fields as well.
bool is_text(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '\t' || (octet >= 0x20 && octet != 0x7f);
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::take(std::string_view octets) {
    Step step;
    while (step.used < octets.size() && status_ == Status::more) {
        if (place_ != Place::data) {
            take_one(octets[step.used++]);
            continue;
        }
        const auto room = octets.size() - step.used;
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, room));
        step.data = octets.substr(step.used, count);
        step.used += count;
        left_ -= count;
        if (left_ == 0) place_ = Place::data_cr;
        break;
    }
    return step;
}

void ChunkDecoder::take_one(char c) {
    switch (place_) {
        case Place::size:
        case Place::before_extension:
        case Place::extension: return take_in_size(c);
        case Place::size_lf:
            line_octets_ = 0;
            return expect(c == '\n', left_ == 0 ? Place::trailer_begin : Place::data);
        case Place::data: return;
        case Place::data_cr: return expect(c == '\r', Place::data_lf);
        case Place::data_lf: digits_ = 0; return expect(c == '\n', Place::size);
        case Place::trailer_begin:
        case Place::trailer_name:
        case Place::trailer_value: return take_in_trailer(c);
        case Place::trailer_lf: return expect(c == '\n', Place::trailer_begin);
        case Place::end_lf:
            expect(c == '\n', Place::end_lf);
            if (status_ != Status::bad) status_ = Status::done;
            return;
    }
}

void ChunkDecoder::take_in_size(char c) {
    const auto digit = place_ == Place::size ? hex_value(c) : std::nullopt;
    if (digit) {
        if (++digits_ > digits_max) return refuse();
        left_ = left_ * 16 + static_cast<unsigned>(*digit);
        return;
    }
    if (digits_ == 0) return refuse();
    if (c == '\r') return expect(place_ != Place::before_extension, Place::size_lf);
    // RFC 9112 7.1.1: chunk-ext = *( BWS ";" BWS chunk-ext-name ... ); unrecognized ones MUST be ignored.
    if (!is_text(c) || is_line_too_long()) return refuse();
    if (place_ == Place::extension) return;
    if (c == ';')
        place_ = Place::extension;
    else
        expect(c == ' ' || c == '\t', Place::before_extension);
}

void ChunkDecoder::take_in_trailer(char c) {
    if (place_ == Place::trailer_begin && c == '\r') {
        place_ = Place::end_lf;
        return;
    }
    if (is_line_too_long()) return refuse();
    if (place_ == Place::trailer_value) {
        if (c == '\r')
            place_ = Place::trailer_lf;
        else if (!is_text(c))
            refuse();
        return;
    }
    if (place_ == Place::trailer_name && c == ':')
        place_ = Place::trailer_value;
    else
        expect(is_token_character(c), Place::trailer_name);
}

void ChunkDecoder::expect(bool as_it_should_be, Place next) {
    if (as_it_should_be)
        place_ = next;
    else
        refuse();
}

bool ChunkDecoder::is_line_too_long() { return ++line_octets_ > line_octets_max; }

}  // namespace sluice::http

// Collects the head of a message (first line, field lines, empty line) from octets as they come, however they are cut.
//
// Owns the text so far, with every line end made CR LF. Told: octets. Answers: complete, or refused with a status. Nothing
// gets past it that readers of HTTP understand differently: bare CR, NUL and other controls, folded lines.
// RFC 9112 2.2, 3, 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/common/http/status.h"

namespace sluice::http {

struct HeadLimits {
    std::uint32_t first_line = 8192;   // octets
    std::uint32_t field_line = 16384;  // octets
    std::uint32_t head = 65536;        // octets
    std::uint32_t fields = 100;        // lines
};

class HeadReader {
public:
    enum class Kind : std::uint8_t { request, response };

    HeadReader(Kind kind, const HeadLimits& limits) : limits_(limits), kind_(kind) {}

    // Takes octets up to the end of the head and says how many that were. Takes no more once complete or refused.
    std::size_t take(std::string_view octets);

    bool is_complete() const { return complete_; }
    const std::optional<Refusal>& refusal() const { return refusal_; }
    bool has_begun() const {
        return taken_ > 0;
    }  // some octet arrived, an empty line before the first included
    bool has_text() const { return !text_.empty(); }
    const std::string& text() const { return text_; }
    std::string_view first_line() const;  // what there is of it

private:
    void take_one(char c);
    void take_in_first_line(char c);
    void end_line();
    void refuse(int status, std::string_view why);
    bool in_first_line() const { return lines_ == 0; }

    HeadLimits limits_;
    std::string text_;
    std::optional<Refusal> refusal_;
    std::uint32_t taken_ = 0;
    std::uint32_t line_begin_ = 0;  // in text_
    std::uint32_t lines_ = 0;       // complete ones
    Kind kind_;
    bool after_cr_ = false;
    bool in_method_ = true;  // of a request: no space seen yet
    bool complete_ = false;
};

}  // namespace sluice::http

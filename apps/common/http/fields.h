// The header fields of a message, in the order they came or will leave. Names compare without regard to case (RFC 9110 5.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

struct Field {
    std::string name;
    std::string value;
};

class Fields {
public:
    void add(std::string_view name, std::string_view value) {
        list_.push_back({std::string(name), std::string(value)});
    }
    // The first with this name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    // All values with this name joined by ", " (RFC 9110 5.2); nothing when there is none.
    std::optional<std::string> joined(std::string_view name) const;

    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }
    std::size_t size() const { return list_.size(); }
    bool empty() const { return list_.empty(); }

private:
    std::vector<Field> list_;
};

}  // namespace sluice::http

// Anything that cables are plugged into: hosts, switches, routers. Ports count from 0 in the order of connecting.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "sim/frame.h"
#include "wire/address.h"

namespace sluice::sim {

class Link;

// One end of a link.
enum class Side : std::uint8_t { a, b };
constexpr Side other(Side side) { return side == Side::a ? Side::b : Side::a; }

class Node {
public:
    explicit Node(std::string name) : name_(std::move(name)) {}
    virtual ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    const std::string& name() const { return name_; }
    // A frame arrives.
    virtual void take(std::size_t port, Frame frame, Instant now) = 0;
    // A cable is plugged in; `address` is this node's on it, if it has one. The next port number is its.
    virtual void plug(Link& link, Side side, const wire::Prefix& address) = 0;

private:
    std::string name_;
};

}  // namespace sluice::sim

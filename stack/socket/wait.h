// Where coroutines wait for a socket. A Gate is the socket's watcher; a coroutine that awaits readable() or writable()
// goes on at the next edge, at an error, or when the gate is canceled. At most one coroutine waits each way.
#pragma once

#include <coroutine>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/readiness.h"

namespace sluice {

class Gate final : public Watcher, public std::enable_shared_from_this<Gate> {
public:
    // Registered with the gate while it waits; gone with its coroutine.
    class Wait {
    public:
        Wait(std::shared_ptr<Gate> gate, Wait* Gate::*place) : gate_(std::move(gate)), place_(place) {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait() {
            if ((*gate_).*place_ == this) (*gate_).*place_ = nullptr;
        }
        bool await_ready() const { return gate_->is_canceled_; }
        void await_suspend(std::coroutine_handle<> waiting) {
            SLUICE_CHECK((*gate_).*place_ == nullptr);
            handle_ = waiting;
            (*gate_).*place_ = this;
        }
        void await_resume() const {}

    private:
        friend class Gate;
        std::shared_ptr<Gate> gate_;
        Wait* Gate::*place_;
        std::coroutine_handle<> handle_;
    };

    Wait readable() { return Wait(shared_from_this(), &Gate::reader_); }
    Wait writable() { return Wait(shared_from_this(), &Gate::writer_); }

    void on_ready(Readiness ready) override {
        const bool is_over = ready.hangup || ready.error;
        resume(ready.readable || ready.peer_closed || is_over, ready.writable || is_over);
    }
    // Whoever waits goes on at once, and nobody waits here any more.
    void cancel() {
        is_canceled_ = true;
        resume(true, true);
    }
    bool is_canceled() const { return is_canceled_; }

private:
    static void resume(Wait*& wait) {
        if (Wait* waiting = std::exchange(wait, nullptr)) waiting->handle_.resume();
    }
    void resume(bool reader, bool writer) {
        const auto alive = shared_from_this();  // the reader may give its socket up, with the writer waiting
        if (reader) resume(reader_);
        if (writer) resume(writer_);
    }

    Wait* reader_ = nullptr;
    Wait* writer_ = nullptr;
    bool is_canceled_ = false;
};

}  // namespace sluice

// What a confined process can still do. Each case happens in a child, since there is no way back.
#include "host/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

namespace {

using namespace sluice;

// True if `body` answered true in a process of its own.
bool holds_in_child(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("after the filter nothing can be started, and no socket be made") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return;  // There is no filter under a sanitizer.
#endif
    CHECK(holds_in_child([] {
        if (!host::filter_system_calls()) return false;
        char program[] = "/bin/true";
        char* const words[] = {program, nullptr};
        const bool started = ::execve(program, words, nullptr) == 0 || errno != EPERM;
        const bool forked = ::fork() >= 0 || errno != EPERM;
        const bool connected = ::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM;
        return !started && !forked && !connected;
    }));
}

TEST_CASE("after the filter what is open can be read and written, and memory be had") {
    CHECK(holds_in_child([] {
        const int file = ::open("/dev/zero", O_RDWR);
        if (!host::filter_system_calls()) return false;
        char room[16];
        const std::vector<char> memory(1 << 22);
        return ::read(file, room, sizeof room) == 16 && ::write(file, room, 1) == 1 && memory.back() == 0;
    }));
}

TEST_CASE("after leaving the file system only open directories can be reached") {
    CHECK(holds_in_child([] {
        const int folder = ::open("/etc", O_PATH | O_DIRECTORY);
        if (!host::leave_file_system()) return true;  // Neither root nor user namespaces here.
        const bool by_name = ::open("/etc/passwd", O_RDONLY) >= 0 || ::open("../etc/passwd", O_RDONLY) >= 0;
        return !by_name && ::openat(folder, "passwd", O_RDONLY) >= 0;
    }));
}

}  // namespace

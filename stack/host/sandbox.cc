#include "host/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "host/descriptor.h"

namespace sluice::host {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t architecture = 0;  // what watches us needs more than we do: no filter
#elif defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0;  // not known here: no filter
#endif

// Memory, time, signals and the end of the process; descriptors that are open; files below an open directory.
constexpr std::array allowed {
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mprotect, SYS_clock_gettime,
        SYS_clock_nanosleep, SYS_gettimeofday, SYS_getrandom, SYS_restart_syscall, SYS_rt_sigaction,
        SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_tgkill, SYS_getpid, SYS_gettid, SYS_exit, SYS_exit_group,
        SYS_futex, SYS_sched_yield, SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64,
        SYS_lseek, SYS_close, SYS_fcntl, SYS_dup, SYS_dup3, SYS_ppoll, SYS_fstat, SYS_ftruncate, SYS_fsync,
        SYS_fdatasync, SYS_accept4, SYS_getsockopt, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg,
        SYS_shutdown, SYS_openat2, SYS_openat, SYS_newfstatat, SYS_statx, SYS_getdents64, SYS_unlinkat,
        SYS_renameat, SYS_renameat2,
#if defined(__x86_64__)
        SYS_poll, SYS_time,
#endif
};

void write_text(const char* path, const std::string& text) {
    const Descriptor file(::open(path, O_WRONLY | O_CLOEXEC));
    if (file) [[maybe_unused]]
        const auto wrote = ::write(file.number(), text.data(), text.size());
}

// In a user namespace of its own an ordinary user may change the root; it stays itself in there.
bool become_able() {
    if (::geteuid() == 0) return true;
    const auto user = ::geteuid();
    const auto group = ::getegid();
    if (::unshare(CLONE_NEWUSER) != 0) return false;
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", fmt::format("{0} {0} 1\n", user));
    write_text("/proc/self/gid_map", fmt::format("{0} {0} 1\n", group));
    return true;
}

sock_filter statement(std::uint16_t code, std::uint32_t value) { return {code, 0, 0, value}; }
sock_filter jump_if_equal(std::uint32_t value, std::uint8_t then, std::uint8_t otherwise) {
    return {BPF_JMP | BPF_JEQ | BPF_K, then, otherwise, value};
}

// Calls of another architecture end the process: their numbers mean something else. Then each allowed number in turn.
std::vector<sock_filter> filter_program() {
    constexpr auto load = std::uint16_t{BPF_LD | BPF_W | BPF_ABS};
    constexpr auto answer = std::uint16_t{BPF_RET | BPF_K};
    std::vector<sock_filter> program{
        statement(load, offsetof(seccomp_data, arch)), jump_if_equal(architecture, 1, 0),
        statement(answer, SECCOMP_RET_KILL_PROCESS), statement(load, offsetof(seccomp_data, nr))};
    for (const long number : allowed) {
        program.push_back(jump_if_equal(static_cast<std::uint32_t>(number), 0, 1));
        program.push_back(statement(answer, SECCOMP_RET_ALLOW));
    }
    program.push_back(statement(answer, SECCOMP_RET_ERRNO | EPERM));
    return program;
}

}  // namespace

bool leave_file_system() {
    if (!become_able()) return false;
    std::string nowhere = "/tmp/sluice-XXXXXX";
    if (!::mkdtemp(nowhere.data())) return false;
    const Descriptor empty(::open(nowhere.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const bool is_in = empty && ::fchdir(empty.number()) == 0;
    ::rmdir(nowhere.c_str());
    // The working directory, deleted but open, becomes the root.
    return is_in && ::chroot(".") == 0;
}

std::expected<void, std::string> filter_system_calls() {
    const auto refused = [](const char* what) {
        return std::unexpected(
            fmt::format("cannot filter system calls: {}: {}", what, strerrordesc_np(errno)));
    };
    if (architecture == 0) return {};
    std::vector<sock_filter> filter = filter_program();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
        return refused("seccomp");
    return {};
}

}  // namespace sluice::host

/* SPDX-License-Identifier: MIT */
/* Kernels that cannot install guards (madvise(2), before Linux 6.13): the one we run on may be one,
 * and any can be made one for the rest of this process. */
#ifndef EZ_TESTS_OLD_KERNEL_H
#define EZ_TESTS_OLD_KERNEL_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OLD_KERNEL_ADVICE 102 /* MADV_GUARD_INSTALL */

static inline bool
kernel_installs_guards(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool can = memory != MAP_FAILED && madvise(memory, page, OLD_KERNEL_ADVICE) == 0;

    (void)munmap(memory, page);
    return can;
}

/* From here on the advice is as unknown as it was to older kernels; false if that cannot be had. */
static inline bool
kernel_make_old(void)
{
#define ADVICE_OF(number) offsetof(struct seccomp_data, args[number]) /* its lower half */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_madvise, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ADVICE_OF(2)),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ADVICE_OF(3)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OLD_KERNEL_ADVICE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
#undef ADVICE_OF

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 &&
           !kernel_installs_guards();
}

#endif

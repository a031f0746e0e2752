/* SPDX-License-Identifier: MIT */
#include "function/pidfd.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define FILES_OF_PIDFDS 0x50494446 /* PID_FS_MAGIC */

uint64_t
ez_pidfd_identity(int pidfd)
{
    struct statfs system;
    struct stat facts;

    if (pidfd < 0 || fstatfs(pidfd, &system) != 0 || system.f_type != FILES_OF_PIDFDS ||
        fstat(pidfd, &facts) != 0) {
        return 0;
    }
    return facts.st_ino;
}

bool
ez_pidfd_is_dead(int pidfd)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};

    return poll(&end, 1, 0) != 0;
}

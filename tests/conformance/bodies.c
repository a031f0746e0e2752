/* SPDX-License-Identifier: MIT */
/* The body of all runs, for an executor that takes them to another process. */
#include "body.h"

#include <execz/function.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

EXECZ_MODULE("conformance_bodies", "1.0.0");

/* Only one host is known to a process. */
static host *
map_host(const char *path)
{
    static host *known = NULL;
    int fd = known != NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *bytes;

    if (fd >= 0) {
        bytes = mmap(NULL, sizeof *known, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        known = bytes == MAP_FAILED ? NULL : bytes;
        close(fd);
    }
    return known;
}

/* Lets others in for a moment; whether it was told to stop, it notes. */
static void
rest_locked(execz_call *call, host *at, run *one)
{
    int32_t result;

    pthread_mutex_unlock(&at->lock);
    result = execz_sleep(call, EXECZ_MILLISECOND);
    pthread_mutex_lock(&at->lock);
    if (result < 0) {
        one->interrupted = true;
        pthread_cond_broadcast(&at->changed);
    }
}

EXECZ_FUNCTION(body, "Counts itself, and waits if it is told to")
{
    host *at = map_host(execz_arg_string(call, "host", ""));
    run *one;

    if (at == NULL) {
        return execz_fail(call, "the host's memory cannot be mapped");
    }
    one = &at->runs[execz_arg_int(call, "run", 0)];
    pthread_mutex_lock(&at->lock);
    if (body_may_begin_locked(at, one, call->scheduled)) {
        body_begin_locked(at, one);
        while (body_waits_locked(one)) {
            rest_locked(call, at, one);
        }
        body_end_locked(at);
    }
    pthread_mutex_unlock(&at->lock);
    return EXECZ_OK;
}

EXECZ_FUNCTION(refuse, "An initializer that fails unless a file is there")
{
    const char *path = getenv("CONFORMANCE_FILE");

    return path != NULL && access(path, F_OK) == 0 ? EXECZ_OK
                                                   : execz_fail(call, "the file is not there");
}

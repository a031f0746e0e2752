/* SPDX-License-Identifier: MIT */
/* A plugin host whose scheduler is the test. */
#ifndef TESTS_ISOLATION_GUESTED_H
#define TESTS_ISOLATION_GUESTED_H

#include "isolation/guest.h"

#include "support/patience.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static pid_t guest_pid;
static ez_stream stream;
static ez_begun begun; /* as the guest tells it */

/* Runs a guest of this plugin, which has not heard anything yet. */
static inline void
fork_guest(const char *plugin)
{
    g_autofree char *path = g_strdup_printf("%s/%s.so", EXECZ_TEST_BUNDLED_DIR, plugin);
    int image = open(path, O_RDONLY | O_CLOEXEC);
    int begun_fd = -1;
    int ends[2];

    cr_assert(ez_begun_make(&begun, &begun_fd));
    cr_assert(image >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    guest_pid = fork();
    if (guest_pid == 0) {
        close(ends[0]);
        _exit(ez_guest_run(ends[1], image, begun_fd));
    }
    close(ends[1]);
    close(image);
    close(begun_fd);
    ez_stream_init(&stream, ends[0]);
}

/* What the guest exits with; 128 + the signal that ended it. */
static inline int
await_guest(void)
{
    int status = 0;

    cr_assert(eq(int, waitpid(guest_pid, &status, 0), guest_pid));
    close(stream.fd);
    ez_stream_deinit(&stream);
    ez_begun_close(&begun);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The next parcel but reports and lines of the log; kind 0: there is no more. */
static inline ez_frame
next_parcel(void)
{
    ez_frame frame;

    do {
        while (!ez_stream_next(&stream, &frame)) {
            if (ez_stream_receive(&stream, true) < 0) {
                return (ez_frame){0};
            }
        }
    } while (frame.kind == EZ_PARCEL_REPORT || frame.kind == EZ_PARCEL_LOG);
    return frame;
}

static inline void
send_start(const char *part)
{
    ez_parcel_start start = {.alias = "cpu", .path = "/x.so", .part = part, .function_path = ""};

    ez_parcel_put_start(&stream, &start);
    cr_assert(eq(int, ez_stream_send(&stream, true), 0));
}

static inline void
start_guest_with(const char *plugin, const char *option, const char *value)
{
    execz_pair pair = {option, value};
    ez_parcel_start start = {.alias = "cpu",
                             .path = "/x.so",
                             .part = plugin,
                             .function_path = "",
                             .options = &pair,
                             .n_options = 1};

    fork_guest(plugin);
    ez_parcel_put_start(&stream, &start);
    cr_assert(eq(int, ez_stream_send(&stream, true), 0));
    cr_assert(eq(u32, next_parcel().kind, EZ_PARCEL_READY));
}

/* Waits until it has dealt with so many parcels. */
static inline void
await_done(uint64_t n)
{
    uint64_t done = 0;
    ez_frame frame;

    while (done < n) {
        cr_assert(ge(i64, ez_stream_receive(&stream, true), 0));
        while (ez_stream_next(&stream, &frame)) {
            done = frame.kind == EZ_PARCEL_REPORT ? ez_frame_u64(&frame) : done;
        }
    }
}

static inline void
start_guest(const char *plugin)
{
    fork_guest(plugin);
    send_start(plugin);
    cr_assert(eq(u32, next_parcel().kind, EZ_PARCEL_READY));
}

static inline void
send_parcel(uint32_t kind)
{
    ez_stream_begin(&stream, kind);
    ez_stream_end(&stream);
    cr_assert(eq(int, ez_stream_send(&stream, true), 0));
}

static inline void
send_command(execz_run run, const char *shell)
{
    const char *const argv[] = {"/bin/sh", "-c", shell, NULL};
    ez_parcel_run parcel = {.run = run, .attempt = 3, .source = EXECZ_SOURCE_MANUAL, .n = 1};

    parcel.task = (execz_task){.kind = EXECZ_TASK_COMMAND,
                               .id = "a",
                               .name = "a",
                               .max_instances = 1,
                               .misfire_grace_time = -1,
                               .output_limit = 1000,
                               .argv = argv};
    parcel.wants_started = 1;
    ez_parcel_put_run(&stream, &parcel);
    cr_assert(eq(int, ez_stream_send(&stream, true), 0));
}

#define RUN(slot, generation) ((uint64_t)(generation) << 32 | ((slot) + 1))

#endif

/* SPDX-License-Identifier: MIT */
#include "check_process.h"

#include "text.h"

#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is kept of the output. */
enum { OUTPUT_MAX = 6000 };

typedef struct child {
    pid_t pid;
    int pidfd;
    int output; /* the reading end */
    ez_board *board;
    GString *said;
    bool timed_out;
    int status; /* of waitpid() */
} child;

/* In the child: a group of its own, which ends with us. */
static void
set_up(void *nothing)
{
    (void)nothing;
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static ez_board *
make_board(int *fd_out)
{
    int fd = memfd_create("execz-check-board", MFD_CLOEXEC);
    void *bytes = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(ez_board)) == 0) {
        bytes = mmap(NULL, sizeof(ez_board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    *fd_out = fd;
    return bytes == MAP_FAILED ? NULL : bytes;
}

static bool
start(child *self, char **argv, char **env, GError **error)
{
    int pipes[2] = {-1, -1};
    int board = -1, target = EZ_BOARD_FD;
    bool started = false;

    self->board = make_board(&board);
    if (self->board != NULL && pipe2(pipes, O_CLOEXEC) == 0) {
        started = g_spawn_async_with_pipes_and_fds(NULL, (const char *const *)argv,
                                                   (const char *const *)env,
                                                   G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH,
                                                   set_up, NULL, -1, pipes[1], pipes[1], &board,
                                                   &target, 1, &self->pid, NULL, NULL, NULL, error);
        close(pipes[1]);
    }
    close(board);
    self->output = pipes[0];
    if (started) {
        self->pidfd = (int)syscall(SYS_pidfd_open, self->pid, 0);
        (void)fcntl(self->output, F_SETFL, O_NONBLOCK);
    } else {
        close(pipes[0]);
    }
    return started;
}

/* Of a great deal the beginning goes: what matters as a rule comes last. */
static bool
read_some(child *self)
{
    char bytes[4096];
    ssize_t n = read(self->output, bytes, sizeof bytes);

    if (n <= 0) {
        return false;
    }
    g_string_append_len(self->said, bytes, n);
    if (self->said->len > (gsize)4 * OUTPUT_MAX) {
        g_string_erase(self->said, 0, (gssize)(self->said->len - 2 * OUTPUT_MAX));
    }
    return true;
}

static void
await(child *self, execz_duration timeout)
{
    int64_t end = g_get_monotonic_time() + timeout / EXECZ_MICROSECOND;
    struct pollfd fds[] = {{.fd = self->pidfd, .events = POLLIN},
                           {.fd = self->output, .events = POLLIN}};

    while (fds[0].revents == 0) {
        int64_t left = (end - g_get_monotonic_time() + 999) / 1000;

        if (left <= 0) {
            self->timed_out = true;
            break;
        }
        if (poll(fds, 2, (int)MIN(left, 1000)) > 0 && fds[1].revents != 0 && !read_some(self)) {
            fds[1].fd = -1; /* closed */
        }
    }
    (void)kill(-self->pid, SIGKILL); /* and what it has started and left */
    (void)kill(self->pid, SIGKILL);
    while (waitpid(self->pid, &self->status, 0) < 0 && errno == EINTR) {
    }
    while (read_some(self)) {
    }
}

/* ---- what it means ---------------------------------------------------------------------------- */

/* "in send_task()", as far as is known. */
static char *
place_of(const ez_board *board)
{
    if (board->loop[0] != '\0' && board->main[0] != '\0') {
        return g_strdup_printf("in %s and %s", board->loop, board->main);
    }
    if (board->loop[0] == '\0' && board->main[0] == '\0') {
        return g_strdup(
            "outside of the functions that the host calls: in a thread of the plugin, or "
            "in the check");
    }
    return g_strdup_printf("in %s", board->loop[0] != '\0' ? board->loop : board->main);
}

/* The line by which a sanitizer or valgrind begins to report; NULL if none has. */
static char *
find_report(const char *said)
{
    static const char *const marks[] = {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                                        "WARNING: ThreadSanitizer", "runtime error:"};

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        const char *at = strstr(said, marks[i]);

        if (at != NULL) {
            return g_strndup(at, strcspn(at, "\n"));
        }
    }
    return NULL;
}

static char *
explain_end(const child *self, execz_duration timeout)
{
    g_autofree char *place = place_of(self->board);
    g_autofree char *limit = ez_text_duration(timeout);
    g_autofree char *report = find_report(self->said->str);
    const char *crash = self->board->crash;

    if (report != NULL) {
        return g_strdup_printf("%s; %s", report, place);
    }
    if (self->timed_out) {
        return g_strdup_printf("it hangs %s: after %s it was ended", place, limit);
    }
    if (WIFSIGNALED(self->status)) {
        return g_strdup_printf("it crashes by signal %d (%s) %s%s%s", WTERMSIG(self->status),
                               g_strsignal(WTERMSIG(self->status)), place,
                               crash[0] == '\0' ? "" : "; ", crash);
    }
    if (WEXITSTATUS(self->status) == 66) {
        return g_strdup("valgrind or a sanitizer has found what is told below");
    }
    return g_strdup_printf("it ends the process, with exit status %d, %s: a plugin must not call "
                           "exit()",
                           WEXITSTATUS(self->status), place);
}

static bool
ended_well(const child *self)
{
    return !self->timed_out && WIFEXITED(self->status) && WEXITSTATUS(self->status) == 0;
}

static void
judge(ez_check_process *self, const child *ended)
{
    uint32_t verdict = __atomic_load_n(&ended->board->verdict, __ATOMIC_ACQUIRE);

    if (verdict == EZ_VERDICT_FAILED || verdict == EZ_VERDICT_SKIPPED) {
        self->verdict = verdict == EZ_VERDICT_FAILED ? EZ_CHECK_FAILED : EZ_CHECK_SKIPPED;
        self->message = g_strndup(ended->board->message, sizeof ended->board->message);
    } else if (verdict == EZ_VERDICT_PASSED && ended_well(ended)) {
        self->verdict = EZ_CHECK_PASSED;
    } else {
        self->verdict = EZ_CHECK_FAILED;
        self->message = explain_end(ended, self->timeout);
    }
}

void
ez_check_process_run(ez_check_process *self, char **argv, char **env)
{
    child one = {.said = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;
    int64_t before = g_get_monotonic_time();

    if (start(&one, argv, env, &error)) {
        await(&one, self->timeout);
        close(one.pidfd);
        close(one.output);
        judge(self, &one);
    } else {
        self->verdict = EZ_CHECK_FAILED;
        self->message = g_strdup_printf("the check could not be started: %s",
                                        error == NULL ? g_strerror(errno) : error->message);
    }
    if (one.board != NULL) {
        munmap(one.board, sizeof *one.board);
    }
    self->output = g_string_free(one.said, FALSE);
    self->took = (g_get_monotonic_time() - before) * EXECZ_MICROSECOND;
}

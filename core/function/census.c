/* SPDX-License-Identifier: MIT */
#include "function/census.h"

#include "base/error.h"
#include "function/environment.h"
#include "function/pidfd.h"
#include "function/proc_text.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 16u
#define LOOKS_MAX 3 /* at an environment that is just made */

uint64_t
ez_census_now(void)
{
    struct timespec now;
    uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * ticks + (uint64_t)now.tv_nsec * ticks / (uint64_t)EXECZ_SECOND;
}

/* ---- one process ---- */

/* False if it is dead or gone. */
static bool
read_numbers(ez_census_process *process, ez_proc_text *room)
{
    ez_proc_stat stat;

    if (!ez_proc_stat_read(&stat, process->pid, room)) {
        return false;
    }
    process->parent = stat.parent;
    process->group = stat.group;
    process->session = stat.session;
    process->began = stat.began;
    process->code = stat.code;
    process->bare = stat.bare;
    return true;
}

static const char *
mark_in(const ez_proc_text *environment)
{
    static const char name[] = EZ_MARK_NAME "=";
    const char *end = environment->bytes + environment->length;

    for (const char *at = environment->bytes; at < end; at += strlen(at) + 1) {
        if (strncmp(at, name, sizeof name - 1) == 0) {
            return at + sizeof name - 1;
        }
    }
    return NULL;
}

/* Whether an environment that seems empty is so: it is none yet as long as exec(2) has not told where the
 * code begins, which it does last, and was none yet if that place is another now. */
static bool
is_really_empty(ez_census_process *process, ez_proc_text *room)
{
    uint64_t code = process->code;

    if (!read_numbers(process, room) || process->bare) {
        return true;
    }
    return code != 0 && process->code == code;
}

static void
find_mark(ez_census *self, ez_census_process *process, ez_proc_text *room)
{
    const char *mark;

    for (int looks = 0; looks < LOOKS_MAX; looks++) {
        if (process->bare || !ez_proc_text_read(room, process->pid, "environ")) {
            return;
        }
        if (room->length > 0) {
            mark = mark_in(room);
            process->mark = mark != NULL ? g_string_chunk_insert(self->texts, mark) : NULL;
            return;
        }
        if (is_really_empty(process, room)) {
            return;
        }
    }
    self->n_unclear++;
}

static uint64_t
find_pipe(pid_t pid, int fd)
{
    char path[64], target[64];
    const char *at = target;
    ssize_t length;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    length = readlink(path, target, sizeof target - 1);
    if (length < 0) {
        return 0;
    }
    target[length] = '\0';
    return g_str_has_prefix(target, "pipe:[") ? ez_proc_next_number(&at) : 0;
}

static void
take_over(ez_census *self, const ez_census_process *known, bool unseen)
{
    ez_census_process process = *known;

    process.unseen = unseen;
    process.kin = g_string_chunk_insert_const(self->texts, known->kin);
    process.mark = known->mark != NULL ? g_string_chunk_insert(self->texts, known->mark) : NULL;
    g_array_append_val(self->processes, process);
}

/* If this is one of kin that known knows, takes over what that says. */
static bool
is_known_kin(ez_census *self, const ez_census_process *known, int pidfd, uint64_t identity)
{
    if (known == NULL || known->kin == NULL || identity == 0 || known->identity != identity) {
        return false;
    }
    if (!ez_pidfd_is_dead(pidfd)) {
        take_over(self, known, false);
    }
    return true;
}

/* The descriptor comes first: if the number gets another owner before stat is read, identity is that
 * of one who is gone, and nobody is mistaken for another. */
static void
look_at(ez_census *self, const ez_census_process *known, pid_t pid, uint64_t since,
        ez_proc_text *room)
{
    int pidfd = pidfd_open(pid, 0);
    ez_census_process process = {.pid = pid, .identity = ez_pidfd_identity(pidfd)};
    bool taken = is_known_kin(self, known, pidfd, process.identity);

    if (pidfd >= 0) {
        close(pidfd);
    }
    if (taken || !read_numbers(&process, room) || process.began < since) {
        return;
    }
    if (known != NULL && known->began == process.began && known->mark != NULL) {
        process.mark = g_string_chunk_insert(self->texts, known->mark);
        memcpy(process.pipes, known->pipes, sizeof process.pipes);
    } else {
        find_mark(self, &process, room);
        process.pipes[0] = find_pipe(pid, 1);
        process.pipes[1] = find_pipe(pid, 2);
    }
    g_array_append_val(self->processes, process);
}

/* ---- all ---- */

static gint
compare_pids(gconstpointer a, gconstpointer b)
{
    const ez_census_process *one = a, *other = b;

    return (one->pid > other->pid) - (one->pid < other->pid);
}

/* Kinship is handed down by those only who are who they were. */
static void
see_parent(ez_census *self, pid_t parent)
{
    ez_census_process *at = (ez_census_process *)(uintptr_t)ez_census_find(self, parent);
    int pidfd;

    if (at == NULL || !at->unseen) {
        return;
    }
    pidfd = pidfd_open(parent, 0);
    if (ez_pidfd_identity(pidfd) == at->identity && !ez_pidfd_is_dead(pidfd)) {
        at->unseen = false;
    } else { /* what is here about this number is about a dead one */
        *at = (ez_census_process){.pid = parent, .began = at->began};
        self->n_unclear++;
    }
    if (pidfd >= 0) {
        close(pidfd);
    }
}

static void
see_parents(ez_census *self)
{
    for (guint i = 0; i < self->processes->len; i++) {
        const ez_census_process *at = &g_array_index(self->processes, ez_census_process, i);

        if (!at->unseen) {
            see_parent(self, at->parent);
        }
    }
}

/* Takes what before knows of process pid, if that is enough. */
static bool
trust(ez_census *self, const ez_census_process *known)
{
    if (known == NULL || known->kin == NULL || known->identity == 0) {
        return false;
    }
    take_over(self, known, true);
    return true;
}

/* A tour through /proc, repeated until it shows no new number: who died between the reading of the
 * list and the look at it may have left children that were not in it yet. */
typedef struct tour {
    const ez_census *before; /* may be NULL */
    bool trusted;
    uint64_t since;
    DIR *directory;
    GHashTable *numbers; /* all that were in the list */
    ez_proc_text room;
} tour;

/* Returns whether there were any. */
static bool
look_at_new(ez_census *self, tour *on)
{
    struct dirent *entry;
    bool any = false;

    rewinddir(on->directory);
    while (on->room.lack == 0 && (entry = readdir(on->directory)) != NULL) {
        const char *at = entry->d_name;
        pid_t pid = g_ascii_isdigit(*at) ? (pid_t)ez_proc_next_number(&at) : 0;
        const ez_census_process *known;

        if (pid == 0 || !g_hash_table_add(on->numbers, GINT_TO_POINTER(pid))) {
            continue;
        }
        any = true;
        known = on->before != NULL ? ez_census_find(on->before, pid) : NULL;
        if (pid > 1 && pid != getpid() && !(on->trusted && trust(self, known))) {
            look_at(self, known, pid, on->since, &on->room);
        }
    }
    return any;
}

/* 0, or the errno of what keeps this from being a census. */
static int
look_at_all(ez_census *self, tour *on)
{
    unsigned n = 1;
    int lack;

    while (look_at_new(self, on) && n < ROUNDS_MAX) {
        n++;
    }
    self->n_unclear += n == ROUNDS_MAX;
    lack = on->room.lack;
    ez_proc_text_deinit(&on->room);
    g_array_sort(self->processes, compare_pids);
    see_parents(self);
    if (lack == 0 && !g_hash_table_contains(on->numbers, GINT_TO_POINTER(getpid()))) {
        lack = ESRCH;
    }
    return lack;
}

execz_status
ez_census_take(ez_census *self, const ez_census *before, bool trusted, uint64_t since,
               execz_error *err)
{
    tour on = {.before = before,
               .trusted = trusted,
               .since = since,
               .directory = opendir("/proc"),
               .numbers = g_hash_table_new(NULL, NULL)};
    int error = errno;

    *self = (ez_census){.processes = g_array_new(FALSE, FALSE, sizeof(ez_census_process)),
                        .texts = g_string_chunk_new(4096)};
    if (on.directory != NULL) {
        error = look_at_all(self, &on);
        closedir(on.directory);
    }
    g_hash_table_unref(on.numbers);
    if (on.directory != NULL && error == 0) {
        return EXECZ_OK;
    }
    ez_census_deinit(self);
    return ez_fail(err, ez_proc_is_lack(error) ? EXECZ_E_LIMIT : EXECZ_E_IO,
                   "cannot read /proc: %s%s", g_strerror(error),
                   error == ESRCH ? "; this very process is not in it" : "");
}

void
ez_census_deinit(ez_census *self)
{
    g_clear_pointer(&self->processes, g_array_unref);
    g_clear_pointer(&self->texts, g_string_chunk_free);
}

const ez_census_process *
ez_census_find(const ez_census *self, pid_t pid)
{
    ez_census_process wanted = {.pid = pid};
    guint index = 0;

    return g_array_binary_search(self->processes, &wanted, compare_pids, &index)
               ? &g_array_index(self->processes, ez_census_process, index)
               : NULL;
}

void
ez_census_forget(ez_census_process *process)
{
    process->kin = process->mark = NULL;
}

int
ez_census_open(const ez_census_process *process)
{
    int pidfd = pidfd_open(process->pid, 0);
    ez_proc_text room = {0};
    ez_proc_stat now;
    int lack;
    bool same;

    if (pidfd < 0) {
        return -1;
    }
    if (process->identity != 0 && process->identity == ez_pidfd_identity(pidfd) &&
        !ez_pidfd_is_dead(pidfd)) {
        return pidfd;
    }
    /* Only now: while what pidfd names is alive, its number is that of no other. */
    same = process->identity == 0 && ez_proc_stat_read(&now, process->pid, &room) &&
           now.began == process->began;
    lack = room.lack;
    ez_proc_text_deinit(&room);
    if (!same) {
        close(pidfd);
        errno = lack != 0 ? lack : ESRCH;
        pidfd = -1;
    }
    return pidfd;
}

int
ez_census_send(const ez_census_process *process, int signal_number)
{
    int pidfd = ez_census_open(process);
    int error = 0;

    if (pidfd < 0) {
        return -errno;
    }
    if (pidfd_send_signal(pidfd, signal_number, NULL, 0) != 0) {
        error = -errno;
    } else if (signal_number == SIGTERM) {
        (void)pidfd_send_signal(pidfd, SIGCONT, NULL, 0); /* a stopped process sees no TERM */
    }
    close(pidfd);
    return error;
}

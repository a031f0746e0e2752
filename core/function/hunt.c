/* SPDX-License-Identifier: MIT */
/* One thread takes a census and lets every hunt look at it, round after round, until all are done:
 * a hundred commands that time out together cost as many censuses as one.
 *
 * Killing takes two stages.  First everybody is stopped, in rounds, until a census shows nobody
 * new: what stands still neither forks nor loses its children to init, and keeps its place in the
 * table of processes, so that a fork bomb runs dry.  Then everybody is killed, whom that census
 * shows; in rounds only if not everybody could be stopped.
 *
 * Invariants: a process is signalled through a pidfd whose owner was looked at again after it was
 * opened, so never one that has inherited a number; and it gets TERM only once, so TERM goes to
 * those outside of the group, which has got it already. */
#include "function/hunt.h"

#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of one stage.  Who is not caught by then is faster than anybody who looks can be. */
#define ROUNDS_MAX 100

#ifndef PIDFD_SIGNAL_PROCESS_GROUP /* Linux 6.9 */
#define PIDFD_SIGNAL_PROCESS_GROUP (1u << 2)
#endif

/* ---- signals ---- */

void
ez_hunt_signal_group(const ez_tree *tree, int signal_number)
{
    long result = syscall(SYS_pidfd_send_signal, tree->pidfd, signal_number, NULL,
                          PIDFD_SIGNAL_PROCESS_GROUP);

    if (result != 0 && errno == EINVAL && ez_tree_owns_number(tree)) {
        result = kill(-tree->pid, signal_number);
    }
    if (result != 0 && errno == ESRCH) { /* not yet the leader of a group */
        (void)pidfd_send_signal(tree->pidfd, signal_number, NULL, 0);
    }
}

static bool
is_seen(const ez_hunt *self, const ez_census_process *process)
{
    gpointer began = NULL;

    return g_hash_table_lookup_extended(self->seen, GINT_TO_POINTER(process->pid), NULL, &began) &&
           GPOINTER_TO_SIZE(began) == (gsize)process->began;
}

/* Sends to those who have not got it yet; returns how many these were, and in lacking_out (may be
 * NULL) how many could not get it now. */
static guint
send_to_new(ez_hunt *self, const GPtrArray *members, int signal_number, guint *lacking_out)
{
    guint n = 0, lacking = 0;

    for (guint i = 0; i < members->len; i++) {
        const ez_census_process *at = members->pdata[i];
        int result;

        if (is_seen(self, at)) {
            continue;
        }
        n++;
        result = ez_census_send(at, signal_number);
        if (result == -EMFILE || result == -ENFILE || result == -ENOMEM) {
            lacking++; /* in the next round, perhaps */
            continue;
        }
        g_hash_table_insert(self->seen, GINT_TO_POINTER(at->pid),
                            GSIZE_TO_POINTER((gsize)at->began));
        self->refused += signal_number == SIGKILL && result == -EPERM;
        self->killed += signal_number == SIGKILL && result != -EPERM; /* if not now, by its group */
    }
    if (lacking_out != NULL) {
        *lacking_out = lacking;
    }
    return n;
}

/* ---- one round of one hunt; they return whether it may be the last ---- */

static bool
look(ez_hunt *self, const GPtrArray *members)
{
    self->left = members->len;
    for (guint i = 0; i < members->len && self->one_left < 0; i++) {
        self->one_left = ez_census_open(members->pdata[i]);
    }
    return true;
}

static bool
terminate(ez_hunt *self, GPtrArray *members)
{
    bool numbered = ez_tree_owns_number(&self->tree);

    for (guint i = members->len; i > 0; i--) {
        const ez_census_process *at = members->pdata[i - 1];

        if (numbered && at->group == self->tree.pid) {
            g_ptr_array_remove_index_fast(members, i - 1);
        }
    }
    (void)send_to_new(self, members, self->signal, NULL);
    self->left = members->len;
    return true;
}

static bool
is_frozen(ez_hunt *self, const GPtrArray *members, bool unclear)
{
    if (self->frozen) {
        return true;
    }
    ez_hunt_signal_group(&self->tree, SIGSTOP);
    self->complete = send_to_new(self, members, SIGSTOP, NULL) == 0 && !unclear;
    if (!self->complete && self->rounds < ROUNDS_MAX) {
        return false;
    }
    g_hash_table_remove_all(self->seen);
    self->frozen = true;
    self->rounds = 0;
    return true;
}

static bool
slay(ez_hunt *self, const GPtrArray *members, bool unclear)
{
    guint n, lacking;

    if (!is_frozen(self, members, unclear)) {
        return false;
    }
    ez_hunt_signal_group(&self->tree, SIGKILL);
    n = send_to_new(self, members, SIGKILL, &lacking);
    if (self->complete) {
        n = lacking; /* who stands still has no children */
    }
    self->left = self->refused + n; /* n have got it, and others may have come */
    return n == 0;
}

/* Whether it was the last round.  unclear: somebody may be of the tree and not look like it. */
static bool
take_round(ez_hunt *self, GPtrArray *members, bool unclear)
{
    bool last;

    self->rounds++;
    if (self->signal == 0) {
        last = look(self, members);
    } else if (self->signal == SIGKILL) {
        last = slay(self, members, unclear);
    } else {
        last = terminate(self, members);
    }
    return (last && !unclear) || self->rounds >= ROUNDS_MAX;
}

/* ---- all hunts ---- */

static struct {
    pthread_mutex_t lock;
    GPtrArray *waiting; /* of ez_hunt; owned, and NULL when empty */
    bool running;       /* a thread will take what is waiting */
    unsigned stopping;  /* who may hunt again */
    ez_census last;     /* of the thread while it runs; kept as long as somebody is stopping */
} office = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Self may be gone after this. */
static void
finish(ez_hunt *self)
{
    if (self->done_fd >= 0) {
        (void)eventfd_write(self->done_fd, 1);
    }
    atomic_store_explicit(&self->done, true, memory_order_release);
}

static void
give_up(ez_hunt *self, const char *why)
{
    self->error = g_strdup(why);
    ez_hunt_signal_group(&self->tree, self->signal == SIGTERM ? 0 : self->signal);
    finish(self);
}

/* Lets all hunts look at census, and removes those that are over. */
static void
show(GPtrArray *hunts, ez_census *census, bool unclear)
{
    guint n = hunts->len;
    g_autofree const ez_tree **trees = g_new(const ez_tree *, n);
    g_autofree GPtrArray **members = g_new(GPtrArray *, n);

    for (guint i = 0; i < n; i++) {
        trees[i] = &((ez_hunt *)hunts->pdata[i])->tree;
        members[i] = g_ptr_array_new();
    }
    ez_kin_gather(census, trees, members, n);
    for (guint i = n; i > 0; i--) {
        ez_hunt *hunt = hunts->pdata[i - 1];

        if (take_round(hunt, members[i - 1], unclear)) {
            g_ptr_array_remove_index_fast(hunts, i - 1);
            finish(hunt);
        }
        g_ptr_array_unref(members[i - 1]);
    }
}

/* There is no census: a lack may pass, and who has waited for that long enough goes without. */
static void
go_without(GPtrArray *hunts, const execz_error *err)
{
    if (err->status == EXECZ_E_LIMIT) {
        poll(NULL, 0, 10); /* others may give descriptors back */
    }
    for (guint i = hunts->len; i > 0; i--) {
        ez_hunt *hunt = hunts->pdata[i - 1];

        if (err->status != EXECZ_E_LIMIT || ++hunt->rounds >= ROUNDS_MAX) {
            g_ptr_array_remove_index_fast(hunts, i - 1);
            give_up(hunt, err->message);
        }
    }
}

/* Whether all have just begun to kill: then who is known from before can be stopped at once. */
static bool
all_begin_to_kill(const GPtrArray *hunts)
{
    for (guint i = 0; i < hunts->len; i++) {
        const ez_hunt *hunt = hunts->pdata[i];

        if (hunt->signal != SIGKILL || hunt->rounds > 0) {
            return false;
        }
    }
    return true;
}

/* Takes one census for all hunts in place of the last one. */
static void
take_rounds(GPtrArray *hunts)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_census *last = &office.last;
    uint64_t since = UINT64_MAX;
    ez_census census;

    for (guint i = 0; i < hunts->len; i++) {
        since = MIN(since, ((ez_hunt *)hunts->pdata[i])->tree.began);
    }
    if (last->processes != NULL && all_begin_to_kill(hunts)) {
        show(hunts, last, true);
    }
    if (ez_census_take(&census, last->processes != NULL ? last : NULL, since, &err) != EXECZ_OK) {
        go_without(hunts, &err);
        return;
    }
    ez_census_deinit(last);
    *last = census;
    show(hunts, last, last->n_unclear > 0);
}

static void
forget_locked(void)
{
    if (office.stopping == 0 && !office.running) {
        ez_census_deinit(&office.last);
    }
}

void
ez_hunt_remember(void)
{
    pthread_mutex_lock(&office.lock);
    office.stopping++;
    pthread_mutex_unlock(&office.lock);
}

void
ez_hunt_forget(void)
{
    pthread_mutex_lock(&office.lock);
    office.stopping--;
    forget_locked();
    pthread_mutex_unlock(&office.lock);
}

static bool
take_waiting(GPtrArray *hunts)
{
    pthread_mutex_lock(&office.lock);
    if (office.waiting != NULL) {
        g_ptr_array_extend_and_steal(hunts, g_steal_pointer(&office.waiting));
    }
    office.running = hunts->len > 0;
    forget_locked();
    pthread_mutex_unlock(&office.lock);
    return hunts->len > 0;
}

static void *
hunt_all(void *user)
{
    g_autoptr(GPtrArray) hunts = g_ptr_array_new();

    (void)user;
    while (take_waiting(hunts)) {
        take_rounds(hunts);
    }
    return NULL;
}

/* Starts the thread, deaf to signals; runs its work here if the system refuses one. */
static void
open_office(void)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    error = pthread_create(&thread, &attributes, hunt_all, NULL);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        (void)hunt_all(NULL);
    }
}

void
ez_hunt_start(ez_hunt *self, const ez_tree *tree, int signal_number)
{
    bool open;

    *self = (ez_hunt){.tree = *tree,
                      .signal = signal_number,
                      .one_left = -1,
                      .done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                      .seen = g_hash_table_new(NULL, NULL)};
    pthread_mutex_lock(&office.lock);
    if (office.waiting == NULL) {
        office.waiting = g_ptr_array_new();
    }
    g_ptr_array_add(office.waiting, self);
    open = !office.running;
    office.running = true;
    pthread_mutex_unlock(&office.lock);
    if (open) {
        open_office();
    }
}

bool
ez_hunt_is_done(const ez_hunt *self)
{
    return atomic_load_explicit(&self->done, memory_order_acquire);
}

void
ez_hunt_deinit(ez_hunt *self)
{
    if (self->done_fd >= 0) {
        close(self->done_fd);
    }
    if (self->one_left >= 0) {
        close(self->one_left);
    }
    g_clear_pointer(&self->seen, g_hash_table_unref);
    g_clear_pointer(&self->error, g_free);
}

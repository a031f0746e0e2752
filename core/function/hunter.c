/* SPDX-License-Identifier: MIT */
/* One thread takes a census and lets every hunt look at it, round after round, until all are done:
 * a hundred commands that time out together cost as many censuses as one.
 *
 * Each census builds on the one before.  While all hunts signal, who is known to be of a tree is not
 * looked at again: the signal finds out who is dead, and then the next census looks at who has that
 * number.  So only the first of a hundred trees pays for the search. */
#include "function/hunt.h"

#include "base/error.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock;
    GPtrArray *waiting; /* of ez_hunt; owned, and NULL when empty */
    bool running;       /* a thread will take what is waiting */
    unsigned stopping;  /* who may hunt again */
    ez_census last;     /* of the thread while it runs; kept as long as somebody is stopping */
} office = {.lock = PTHREAD_MUTEX_INITIALIZER};

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

        if (ez_hunt_take_round(hunt, members[i - 1], unclear)) {
            g_ptr_array_remove_index_fast(hunts, i - 1);
            ez_hunt_finish(hunt);
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

        if (err->status != EXECZ_E_LIMIT || ++hunt->rounds >= EZ_HUNT_ROUNDS_MAX) {
            g_ptr_array_remove_index_fast(hunts, i - 1);
            ez_hunt_give_up(hunt, err->message);
        }
    }
}

/* Lets those who have just begun to kill stop at once who is known from before. */
static void
begin_to_kill(const GPtrArray *hunts, ez_census *before)
{
    g_autoptr(GPtrArray) beginners = g_ptr_array_new();

    for (guint i = 0; i < hunts->len; i++) {
        const ez_hunt *hunt = hunts->pdata[i];

        if (hunt->signal == SIGKILL && hunt->rounds == 0) {
            g_ptr_array_add(beginners, hunts->pdata[i]);
        }
    }
    if (beginners->len > 0) {
        show(beginners, before, true); /* which is nobody's last round */
    }
}

/* Whether nobody only looks: who signals finds out by that who is dead. */
static bool
all_signal(const GPtrArray *hunts)
{
    for (guint i = 0; i < hunts->len; i++) {
        if (((const ez_hunt *)hunts->pdata[i])->signal == 0) {
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
    ez_census *last = &office.last, *before = NULL;
    uint64_t since = UINT64_MAX;
    ez_census census;

    for (guint i = 0; i < hunts->len; i++) {
        since = MIN(since, ((ez_hunt *)hunts->pdata[i])->tree.began);
    }
    if (last->processes != NULL) {
        begin_to_kill(hunts, last);
        before = last;
    }
    if (ez_census_take(&census, before, all_signal(hunts), since, &err) != EXECZ_OK) {
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

static void
hunt_all(void)
{
    g_autoptr(GPtrArray) hunts = g_ptr_array_new();

    while (take_waiting(hunts)) {
        take_rounds(hunts);
    }
}

/* Before all others, where that is allowed: what is hunted may be what keeps the machine busy, and
 * each of those to be killed that comes to run makes the hunt longer.  It starts no process and no
 * thread that would inherit this. */
static void *
hunt_first(void *user)
{
    (void)user;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), -20);
    hunt_all();
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
    error = pthread_create(&thread, &attributes, hunt_first, NULL);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        hunt_all();
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

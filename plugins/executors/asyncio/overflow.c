/* SPDX-License-Identifier: MIT */
/* The handler belongs to the process, of which a plugin is only a part.  So it is there only while
 * a loop is watched, and is taken away only if it is still the one installed: who came later and
 * goes on calling us keeps working, because the code of a plugin is never unmapped.
 *
 * What the handler reads is an array of atomics; it calls nothing but what a handler may call. */
#include "overflow.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIGNAL_STACK_LENGTH 65536u

typedef struct watched_loop {
    _Atomic(const loop *) loop; /* NULL: a free place */
    const char *executor;
} watched_loop;

static watched_loop all[OVERFLOW_WATCHED_MAX];
static struct sigaction before;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned n_watched; /* guarded by lock */

/* ---- in the handler -------------------------------------------------------------------------- */

/* A text of limited length, put together without printf(3). */
typedef struct line {
    char text[512];
    size_t length;
} line;

static void
add(line *self, const char *text)
{
    size_t length = strlen(text), room = sizeof self->text - self->length;

    length = length < room ? length : room;
    memcpy(self->text + self->length, text, length);
    self->length += length;
}

static void
add_number(line *self, size_t number)
{
    char digits[24];
    char *at = digits + sizeof digits - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(self, at);
}

/* The coroutine whose stack ends just above address; executor_out is its executor. */
static const coroutine *
find_overflowing(const char *address, const char **executor_out)
{
    for (int i = 0; i < OVERFLOW_WATCHED_MAX; i++) {
        const loop *on = atomic_load(&all[i].loop);
        const coroutine *one = on == NULL ? NULL : atomic_load(&on->current);
        const char *low = one == NULL ? NULL : coroutine_low(one);

        if (one != NULL && address < low && address >= low - STACK_GUARD_LENGTH) {
            *executor_out = all[i].executor;
            return one;
        }
    }
    return NULL;
}

static void
tell(const coroutine *one, const char *executor)
{
    const loop *on = one->loop;
    line message = {.length = 0};
    ssize_t written;

    add(&message, "execz: executor=");
    add(&message, executor);
    add(&message, " task=");
    add(&message, on->options.name(one));
    add(&message, " its coroutine has overflowed its stack of ");
    add_number(&message, on->stacks.length / 1024);
    add(&message, " KiB; set a larger stack_size in [executor:");
    add(&message, executor);
    add(&message, "], or keep large arrays off the stack\n");
    written = write(STDERR_FILENO, message.text, message.length);
    (void)written;
}

static void
die(int number, const siginfo_t *info)
{
    struct sigaction by_default = {.sa_handler = SIG_DFL};

    (void)sigaction(number, &by_default, NULL); /* the fault comes again, and ends us */
    if (info->si_code <= 0) {
        (void)raise(number); /* it was sent by somebody, so it does not */
    }
}

/* What would have happened without us. */
static void
pass_on(int number, siginfo_t *info, void *state)
{
    if ((before.sa_flags & SA_SIGINFO) != 0) {
        before.sa_sigaction(number, info, state);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(number);
    } else {
        die(number, info);
    }
}

/* Whoever came between two installations of ours calls us from the handler that we call.  The first
 * of these was told already, and what was before it is not known any more. */
static _Thread_local volatile sig_atomic_t passing __attribute__((tls_model("initial-exec")));

static void
handle(int number, siginfo_t *info, void *state)
{
    const char *executor = NULL;
    const coroutine *one = info->si_code > 0 ? find_overflowing(info->si_addr, &executor) : NULL;

    if (passing) {
        die(number, info);
        return;
    }
    if (one != NULL) {
        tell(one, executor);
    }
    passing = 1;
    pass_on(number, info, state);
    passing = 0;
}

/* ---- watching -------------------------------------------------------------------------------- */

static void
install_locked(void)
{
    struct sigaction ours = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    struct sigaction current;

    if (sigaction(SIGSEGV, NULL, &current) == 0 &&
        ((current.sa_flags & SA_SIGINFO) == 0 || current.sa_sigaction != handle)) {
        before = current;
        (void)sigemptyset(&ours.sa_mask);
        (void)sigaction(SIGSEGV, &ours, NULL);
    }
}

static void
uninstall_locked(void)
{
    struct sigaction current;

    if (sigaction(SIGSEGV, NULL, &current) == 0 && (current.sa_flags & SA_SIGINFO) != 0 &&
        current.sa_sigaction == handle) {
        (void)sigaction(SIGSEGV, &before, NULL);
    }
}

static int
find_place(const loop *wanted)
{
    for (int i = 0; i < OVERFLOW_WATCHED_MAX; i++) {
        if (atomic_load(&all[i].loop) == wanted) {
            return i;
        }
    }
    return -1;
}

bool
overflow_watch(const loop *on, const char *executor)
{
    int place;

    pthread_mutex_lock(&lock);
    place = find_place(NULL);
    if (place >= 0) {
        all[place].executor = executor;
        atomic_store(&all[place].loop, on);
        if (n_watched++ == 0) {
            install_locked();
        }
    }
    pthread_mutex_unlock(&lock);
    return place >= 0;
}

void
overflow_unwatch(const loop *on)
{
    int place;

    pthread_mutex_lock(&lock);
    place = find_place(on);
    if (place >= 0) {
        atomic_store(&all[place].loop, NULL);
        if (--n_watched == 0) {
            uninstall_locked();
        }
    }
    pthread_mutex_unlock(&lock);
}

/* ---- stacks for signals ---------------------------------------------------------------------- */

static pthread_key_t signal_stack;
static pthread_once_t signal_stack_once = PTHREAD_ONCE_INIT;

static void
free_signal_stack(void *memory)
{
    stack_t none = {.ss_flags = SS_DISABLE};

    (void)sigaltstack(&none, NULL);
    (void)munmap(memory, SIGNAL_STACK_LENGTH);
}

static void
make_key(void)
{
    (void)pthread_key_create(&signal_stack, free_signal_stack);
}

void
overflow_ready_thread(void)
{
    stack_t current, ours = {.ss_size = SIGNAL_STACK_LENGTH};
    sigset_t faults;

    (void)sigemptyset(&faults);
    (void)sigaddset(&faults, SIGSEGV);
    (void)pthread_sigmask(SIG_UNBLOCK, &faults, NULL); /* blocked, it kills without a word */
    (void)pthread_once(&signal_stack_once, make_key);
    if (sigaltstack(NULL, &current) != 0 || (current.ss_flags & SS_DISABLE) == 0) {
        return;
    }
    ours.ss_sp =
        mmap(NULL, ours.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (ours.ss_sp != MAP_FAILED && sigaltstack(&ours, NULL) == 0) {
        (void)pthread_setspecific(signal_stack, ours.ss_sp);
    }
}

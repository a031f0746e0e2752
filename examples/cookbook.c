/* SPDX-License-Identifier: MIT */
/* One function for each thing a function can do.  docs/FUNCTIONS.md walks through them; the tests
 * compare its code with this file, and cookbook_test.c runs it. */
#include <execz/function.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

EXECZ_MODULE("cookbook", "1.0.0");

/* ---- arguments, results, failures ---- */

EXECZ_FUNCTION(price, "What an order costs; arguments: item, amount, each, gift")
{
    const char *item = execz_arg_string(call, "item", "nothing");
    int64_t amount = execz_arg_int(call, "amount", 1);
    double each = execz_arg_number(call, "each", 9.5);
    int32_t gift = execz_arg_bool(call, "gift", 0);

    if (amount < 0) {
        return execz_fail(call, "cannot sell %" PRId64 " of %s", amount, item);
    }
    return execz_return(call, "{\"amount\": %" PRId64 ", \"cost\": %.2f}", amount,
                        gift ? 0.0 : (double)amount * each);
}

EXECZ_FUNCTION(quote, "Returns a text as it is; argument: text")
{
    return execz_return_text(call, execz_arg_string(call, "text", "\"quoted\"\n"));
}

EXECZ_FUNCTION(remove_file, "Deletes a file; argument: path")
{
    const char *path = execz_arg_string(call, "path", NULL);

    if (path == NULL) {
        return execz_fail_text(call, "which file? give it as the argument path");
    }
    return unlink(path) == 0 || errno == ENOENT ? EXECZ_OK
                                                : execz_fail(call, "%s: %s", path, strerror(errno));
}

/* ---- the run ---- */

EXECZ_FUNCTION(receipt, "Tells which run this is")
{
    return execz_return(call, "{\"task\": \"%s\", \"key\": \"%s\", \"attempt\": %" PRIu32 "}",
                        call->task, execz_run_key(call), call->attempt);
}

/* ---- waiting ---- */

EXECZ_COROUTINE(nap, "Sleeps; argument: milliseconds")
{
    int64_t milliseconds = execz_arg_int(call, "milliseconds", 100);

    if (execz_sleep(call, milliseconds * EXECZ_MILLISECOND) < 0) {
        return EXECZ_E_CANCELLED; /* woken early: clean up and return */
    }
    return execz_return(call, "%" PRId64, milliseconds);
}

/* Reads what is there, and waits for more only when there is nothing. */
static int64_t
count_bytes(execz_call *call, int fd)
{
    char bytes[4096];
    int64_t n = 0;

    for (;;) {
        ssize_t length = read(fd, bytes, sizeof bytes);

        if (length > 0) {
            n += length;
        } else if (length == 0) {
            return n;
        } else if (errno != EAGAIN) {
            return -errno;
        } else {
            int32_t ready = execz_wait_fd(call, fd, POLLIN, 10 * EXECZ_SECOND);

            if (ready < 0) {
                return ready; /* -ETIMEDOUT: these 10 s, or the run's deadline; -ECANCELED */
            }
        }
    }
}

EXECZ_COROUTINE(drain, "Counts what comes out of a pipe until it is closed; argument: path")
{
    const char *path = execz_arg_string(call, "path", "/dev/null");
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int64_t n = fd < 0 ? -errno : count_bytes(call, fd);

    if (fd >= 0) {
        close(fd);
    }
    return n < 0 ? execz_fail(call, "%s: %s", path, strerror((int)-n))
                 : execz_return(call, "%" PRId64, n);
}

/* ---- calculating ---- */

static int32_t
is_prime(int64_t n)
{
    for (int64_t i = 2; i * i <= n; i++) {
        if (n % i == 0) {
            return 0;
        }
    }
    return n > 1;
}

EXECZ_COROUTINE(primes, "Counts the primes below a number; argument: limit")
{
    int64_t limit = execz_arg_int(call, "limit", 1000), n = 0;

    for (int64_t i = 0; i < limit; i++) {
        n += is_prime(i);
        if (i % 1000 == 0 && execz_yield(call) < 0) {
            return execz_fail(call, "stopped at %" PRId64 " with %" PRId64 " primes", i, n);
        }
    }
    return execz_return(call, "%" PRId64, n);
}

/* ---- what blocks ---- */

struct lookup {
    const char *host;
    int error;
    int addresses;
};

static int32_t
ask_resolver(void *argument)
{
    struct lookup *self = argument;
    struct addrinfo *all = NULL;

    self->error = getaddrinfo(self->host, NULL, NULL, &all);
    for (struct addrinfo *at = all; at != NULL; at = at->ai_next) {
        self->addresses++;
    }
    if (all != NULL) {
        freeaddrinfo(all);
    }
    return 0;
}

EXECZ_COROUTINE(lookup, "Counts the addresses of a host; argument: host")
{
    struct lookup lookup = {.host = execz_arg_string(call, "host", "localhost")};

    if (execz_offload(call, ask_resolver, &lookup) < 0) {
        return EXECZ_E_CANCELLED;
    }
    if (lookup.error != 0) {
        return execz_fail(call, "%s: %s", lookup.host, gai_strerror(lookup.error));
    }
    return execz_return(call, "%d", lookup.addresses);
}

/* ---- children ---- */

struct part {
    int64_t from, to;
    atomic_int *found; /* shared by all parts */
};

static int32_t
count_part(execz_call *call, void *argument)
{
    struct part *self = argument;

    for (int64_t i = self->from; i < self->to; i++) {
        atomic_fetch_add(self->found, is_prime(i));
        if (i % 1000 == 0 && execz_yield(call) < 0) {
            return -1;
        }
    }
    return 0;
}

#define PARTS 4

EXECZ_COROUTINE(primes_in_parts, "Counts primes, four parts at once; argument: limit")
{
    int64_t limit = execz_arg_int(call, "limit", 1000);
    struct part parts[PARTS];
    int32_t children[PARTS], result;
    atomic_int found = 0;

    for (int i = 0; i < PARTS; i++) {
        parts[i] = (struct part){limit * i / PARTS, limit * (i + 1) / PARTS, &found};
        children[i] = execz_spawn(call, count_part, &parts[i]);
    }
    for (int i = 0; i < PARTS; i++) {
        if (execz_join(call, children[i], -1, &result) < 0 || result < 0) {
            return execz_fail(call, "part %d was not counted to its end", i);
        }
    }
    return execz_return(call, "%d", atomic_load(&found));
}

static int32_t
sleep_well(execz_call *call, void *argument)
{
    return execz_sleep(call, EXECZ_HOUR);
}

EXECZ_COROUTINE(impatient, "Gives a child 20 ms, then cancels it")
{
    int32_t child = execz_spawn(call, sleep_well, NULL), result = 0;

    if (execz_join(call, child, 20 * EXECZ_MILLISECOND, &result) == -ETIMEDOUT) {
        execz_cancel(call, child);
        execz_join(call, child, -1, &result); /* its sleep has returned -ECANCELED */
    }
    return execz_return(call, "%d", result == -ECANCELED);
}

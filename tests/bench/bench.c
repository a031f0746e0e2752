/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

void
bench_die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    _exit(1);
}

int64_t
bench_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

double
bench_allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)info.uordblks + (double)info.hblkhd;
}

double
bench_rate(uint64_t n, int64_t start)
{
    return (double)n * 1e9 / (double)(bench_now() - start);
}

void
bench_rest(int64_t nanoseconds)
{
    struct timespec left = {nanoseconds / 1000000000, nanoseconds % 1000000000};

    while (nanosleep(&left, &left) != 0) {
    }
}

static int
compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

double
bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double
bench_round_trips(const bench_load *load, void (*once)(void *state), void *state)
{
    g_autofree double *took = g_new(double, load->n);

    for (uint64_t i = 0; i < load->n; i++) {
        int64_t start;

        if (load->gap > 0) {
            bench_rest(load->gap);
        }
        start = bench_now();
        once(state);
        took[i] = (double)(bench_now() - start) / 1e3;
    }
    return bench_median(took, load->n);
}

uint64_t
bench_window(const bench_load *load)
{
    return load->window == 0 ? load->n : load->window;
}

uint64_t
bench_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long size = 0, resident = 0;

    if (file == NULL || fscanf(file, "%llu %llu", &size, &resident) != 2) {
        bench_die("cannot read /proc/self/statm");
    }
    (void)fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- taking turns ---------------------------------------------------------------------------- */

/* One side while its row is measured. */
typedef struct contestant {
    const bench_side *side;
    void *state; /* NULL: it does not take part */
    double *values;
} contestant;

static contestant
enter(const bench_side *side, const bench_row *row, uint32_t rounds, char *why)
{
    contestant self = {.side = side};

    if (side != NULL) {
        self.state = side->set_up(&row->load, why);
    }
    if (self.state != NULL) {
        self.values = g_new(double, rounds);
    }
    if (self.state != NULL && !row->once) {
        (void)side->measure(self.state, &row->load);
    }
    return self;
}

static void
leave(contestant *self, uint32_t rounds, bench_figures *figures)
{
    if (self->state == NULL) {
        return;
    }
    self->side->tear_down(self->state);
    figures->n = rounds;
    figures->median = bench_median(self->values, rounds);
    figures->min = self->values[0];
    figures->max = self->values[rounds - 1];
    g_free(self->values);
}

/* Memory as a program has that has worked for a while: in small pages, each of its own. */
static void *
hold(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        bench_die("no memory for %zu bytes", bytes);
    }
    (void)madvise(memory, bytes, MADV_NOHUGEPAGE);
    memset(memory, 1, bytes);
    return memory;
}

void
bench_measure(const bench_row *row, uint32_t rounds, bench_result *result_out)
{
    const bench_load *load = &row->load;
    bench_result result = {.row = row};
    void *held = load->resident == 0 ? NULL : hold(load->resident);
    contestant ours, peer = {0};

    rounds = row->once ? 1 : rounds;
    ours = enter(row->ours, row, rounds, result.ours.why);
    if (ours.state != NULL) {
        peer = enter(row->peer, row, rounds, result.peer.why);
    }
    for (uint32_t i = 0; i < rounds; i++) {
        if (ours.state != NULL) {
            ours.values[i] = row->ours->measure(ours.state, load);
        }
        if (peer.state != NULL) {
            peer.values[i] = row->peer->measure(peer.state, load);
        }
    }
    leave(&peer, rounds, &result.peer);
    leave(&ours, rounds, &result.ours);
    if (held != NULL) {
        (void)munmap(held, load->resident);
    }
    if (result.ours.n > 0 && result.peer.n > 0 && result.ours.median > 0 &&
        result.peer.median > 0) {
        result.ratio = row->better == BENCH_HIGHER ? result.ours.median / result.peer.median
                                                   : result.peer.median / result.ours.median;
    }
    *result_out = result;
}

/* SPDX-License-Identifier: MIT */
#include "function/census.h"

#include "function/environment.h"

#include "processes.h"
#include "support/effort.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_census census;

static void
take(const ez_census *before, uint64_t since)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_census_take(&census, before, false, since, &err), EXECZ_OK), "%s",
              err.message);
}

static void
teardown(void)
{
    ez_census_deinit(&census);
}

TestSuite(census, .fini = teardown);

Test(census, a_process_is_seen_as_it_is)
{
    process child = process_start((process_kind){.mark = "m1", .piped = true, .session = true});
    const ez_census_process *seen;

    take(NULL, 0);
    seen = ez_census_find(&census, child.pid);
    cr_assert(ne(ptr, (void *)seen, NULL));
    cr_expect(all(eq(int, seen->parent, getpid()), eq(int, seen->group, child.pid),
                  eq(int, seen->session, child.pid)));
    cr_expect(eq(str, (char *)seen->mark, (char *)"m1"));
    cr_expect(all(eq(u64, seen->pipes[0], child.pipe), ne(u64, child.pipe, 0)));
    process_end(&child);
}

Test(census, an_unmarked_process_has_no_mark_and_no_pipe)
{
    process child = process_start((process_kind){0});
    const ez_census_process *seen;

    take(NULL, 0);
    seen = ez_census_find(&census, child.pid);
    cr_assert(ne(ptr, (void *)seen, NULL));
    cr_expect(
        all(zero(ptr, (void *)seen->mark), eq(u64, seen->pipes[0], 0), eq(u64, seen->pipes[1], 0)));
    process_end(&child);
}

Test(census, neither_we_nor_the_first_process_are_counted)
{
    take(NULL, 0);
    cr_expect(zero(ptr, (void *)ez_census_find(&census, getpid())));
    cr_expect(zero(ptr, (void *)ez_census_find(&census, 1)));
}

Test(census, what_began_before_is_left_out)
{
    process child = process_start((process_kind){0});

    take(NULL, ez_census_now() + 100);
    cr_expect(eq(uint, census.processes->len, 0));
    process_end(&child);
}

Test(census, now_is_not_later_than_the_beginning_of_what_begins_now)
{
    uint64_t before = ez_census_now();
    process child = process_start((process_kind){0});

    take(NULL, before);
    cr_expect(ne(ptr, (void *)ez_census_find(&census, child.pid), NULL));
    process_end(&child);
}

Test(census, the_dead_are_not_counted)
{
    process child = process_start((process_kind){0});

    process_kill(&child);
    take(NULL, 0);
    cr_expect(zero(ptr, (void *)ez_census_find(&census, child.pid)));
    process_end(&child);
}

Test(census, who_was_marked_stays_marked)
{
    process child = process_start((process_kind){0});
    ez_census_process known = {.pid = child.pid, .mark = "m1"};
    ez_census before = {.processes = g_array_new(FALSE, FALSE, sizeof known)};

    take(NULL, 0);
    known.began = ez_census_find(&census, child.pid)->began;
    ez_census_deinit(&census);
    g_array_append_val(before.processes, known);
    take(&before, 0);
    cr_expect(eq(str, (char *)ez_census_find(&census, child.pid)->mark, (char *)"m1"));
    ez_census_deinit(&before);
    process_end(&child);
}

Test(census, one_with_the_same_number_is_another)
{
    process child = process_start((process_kind){0});
    ez_census_process other;
    int pidfd;

    take(NULL, 0);
    other = *ez_census_find(&census, child.pid);
    pidfd = ez_census_open(&other);
    cr_expect(ge(int, pidfd, 0));
    close(pidfd);
    other.identity++;
    cr_expect(eq(int, ez_census_open(&other), -1));
    other.identity = 0; /* as on an older kernel */
    pidfd = ez_census_open(&other);
    cr_expect(ge(int, pidfd, 0));
    close(pidfd);
    other.began--;
    cr_expect(eq(int, ez_census_open(&other), -1));
    process_end(&child);
}

/* Leaves one descriptor that can be opened; returns the limit there was. */
static rlim_t
leave_one_descriptor(void)
{
    struct rlimit few;
    rlim_t before;
    int next = dup(STDIN_FILENO);

    close(next);
    getrlimit(RLIMIT_NOFILE, &few);
    before = few.rlim_cur;
    few.rlim_cur = (rlim_t)next + 1;
    setrlimit(RLIMIT_NOFILE, &few);
    return before;
}

static void
give_descriptors_back(rlim_t limit)
{
    struct rlimit many;

    getrlimit(RLIMIT_NOFILE, &many);
    many.rlim_cur = limit;
    setrlimit(RLIMIT_NOFILE, &many);
}

/* That for /proc itself is there, that for a process is not. */
Test(census, a_lack_of_descriptors_is_no_census)
{
    execz_error err = EXECZ_ERROR_INIT;
    rlim_t before = leave_one_descriptor();
    execz_status status = ez_census_take(&census, NULL, false, 0, &err);

    give_descriptors_back(before);
    cr_expect(eq(int, status, EXECZ_E_LIMIT), "%s", err.message);
}

Test(census, a_lack_of_descriptors_is_no_death)
{
    process child = process_start((process_kind){0});
    ez_census_process old;
    rlim_t before;
    int pidfd, reason;

    take(NULL, 0);
    old = *ez_census_find(&census, child.pid);
    old.identity = 0; /* so that /proc is asked as well */
    before = leave_one_descriptor();
    pidfd = ez_census_open(&old);
    reason = errno;
    give_descriptors_back(before);
    cr_expect(all(eq(int, pidfd, -1), eq(int, reason, EMFILE)));
    process_end(&child);
}

/* A census in which child, and no other, is kin. */
static ez_census_process
kin_of(const process *child)
{
    ez_census_process known = {0};

    take(NULL, 0);
    known = *ez_census_find(&census, child->pid);
    known.kin = known.mark = "m1";
    ez_census_deinit(&census);
    return known;
}

Test(census, of_kin_only_the_life_is_looked_at)
{
    process child = process_start((process_kind){0});
    ez_census_process known = kin_of(&child);
    ez_census before = {.processes = g_array_new(FALSE, FALSE, sizeof known)};

    g_array_append_val(before.processes, known);
    take(&before, 0);
    if (known.identity != 0) { /* on a kernel that tells it */
        cr_expect(eq(str, (char *)ez_census_find(&census, child.pid)->kin, (char *)"m1"));
    }
    process_kill(&child);
    ez_census_deinit(&census);
    take(&before, 0);
    cr_expect(zero(ptr, (void *)ez_census_find(&census, child.pid)));
    ez_census_deinit(&before);
    process_end(&child);
}

Test(census, one_with_the_number_of_kin_is_looked_at_anew)
{
    process child = process_start((process_kind){.mark = "m2"});
    ez_census_process known = kin_of(&child);
    ez_census before = {.processes = g_array_new(FALSE, FALSE, sizeof known)};

    known.identity++;
    known.began--;
    g_array_append_val(before.processes, known);
    take(&before, 0);
    cr_expect(zero(ptr, (void *)ez_census_find(&census, child.pid)->kin));
    cr_expect(eq(str, (char *)ez_census_find(&census, child.pid)->mark, (char *)"m2"));
    ez_census_deinit(&before);
    process_end(&child);
}

/* A trusting census, on a kernel that tells who a process is; false on an older one. */
static bool
take_trusting(const ez_census *before)
{
    if (g_array_index(before->processes, ez_census_process, 0).identity == 0) {
        return false;
    }
    ez_census_deinit(&census);
    cr_assert(eq(int, ez_census_take(&census, before, true, 0, NULL), EXECZ_OK));
    return true;
}

Test(census, trusted_kin_is_not_looked_at_until_it_is_forgotten)
{
    process child = process_start((process_kind){.mark = "m2"});
    ez_census_process known = kin_of(&child);
    ez_census before = {.processes = g_array_new(FALSE, FALSE, sizeof known)};

    process_kill(&child); /* still in the table, for it is not reaped */
    g_array_append_val(before.processes, known);
    if (take_trusting(&before)) {
        const ez_census_process *seen = ez_census_find(&census, child.pid);

        cr_assert(ne(ptr, (void *)seen, NULL));
        cr_expect(all(eq(str, (char *)seen->kin, (char *)"m1"), eq(int, seen->unseen, true)));
        ez_census_forget(&g_array_index(before.processes, ez_census_process, 0));
        cr_assert(take_trusting(&before));
        cr_expect(zero(ptr, (void *)ez_census_find(&census, child.pid)));
    }
    ez_census_deinit(&before);
    process_end(&child);
}

Test(census, who_has_a_child_is_looked_at_though_trusted)
{
    process child = process_start((process_kind){.piped = true, .script = "sleep 60 & echo; wait"});
    ez_census_process known = kin_of(&child);
    ez_census before = {.processes = g_array_new(FALSE, FALSE, sizeof known)};
    const ez_census_process *seen;
    char byte;

    cr_assert(eq(int, (int)read(child.read_fd, &byte, 1), 1), "it has its child");
    g_array_append_val(before.processes, known);
    if (take_trusting(&before)) {
        seen = ez_census_find(&census, child.pid);
        cr_expect(all(eq(str, (char *)seen->kin, (char *)"m1"), eq(int, seen->unseen, false)));
        g_array_index(before.processes, ez_census_process, 0).identity++; /* it was another */
        cr_assert(take_trusting(&before));
        seen = ez_census_find(&census, child.pid);
        cr_expect(all(zero(ptr, (void *)seen->kin), zero(ptr, (void *)seen->mark)));
        cr_expect(gt(uint, census.n_unclear, 0));
    }
    ez_census_deinit(&before);
    process_end(&child);
}

#ifndef EZ_TESTS_THREADS_WATCHED
/* Whether somebody carries mark, or the census itself says that it may have missed one. */
static bool
shows(const char *mark)
{
    for (guint i = 0; i < census.processes->len; i++) {
        const ez_census_process *at = &g_array_index(census.processes, ez_census_process, i);

        if (g_strcmp0(at->mark, mark) == 0) {
            return true;
        }
    }
    return census.n_unclear > 0;
}

/* Takes many while script runs, which has to end when its parent does. */
static void
expect_always_shown(const char *mark, const char *script)
{
    process child = process_start((process_kind){.mark = mark, .session = true, .script = script});
    unsigned n_missed = 0;

    for (int i = 0; i < EFFORT(100, 50); i++) {
        take(NULL, 0);
        n_missed += !shows(mark);
        ez_census_deinit(&census);
    }
    cr_expect(eq(uint, n_missed, 0));
    process_end(&child);
}

Test(census, who_is_gone_before_it_is_looked_at_leaves_no_child_unseen)
{
    g_autofree char *mark = g_strdup_printf("chain-%d.", (int)getpid());
    g_autofree char *script =
        g_strdup_printf("export F='kill -0 %d && { setsid sh -c \"$F\" & exit; }'; eval \"$F\"",
                        (int)getpid());

    expect_always_shown(mark, script);
}

Test(census, who_becomes_another_program_over_and_over_keeps_its_mark)
{
    g_autofree char *mark = g_strdup_printf("exec-%d.", (int)getpid());
    g_autofree char *script =
        g_strdup_printf("export F='kill -0 %d && exec sh -c \"$F\"'; eval \"$F\"", (int)getpid());

    expect_always_shown(mark, script);
}
#endif

/* SPDX-License-Identifier: MIT */
#include "isolation/begun.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <execz/plugin.h>

#define RUN(slot, generation) ((uint64_t)(generation) << 32 | ((slot) + 1))

Test(begun, what_another_process_has_noted_is_known_after_its_death)
{
    ez_begun self, other;
    int fd = -1;
    pid_t pid;

    cr_assert(ez_begun_make(&self, &fd));
    pid = fork();
    if (pid == 0) {
        if (ez_begun_open(&other, fd)) {
            ez_begun_note(&other, RUN(7, 3));
            ez_begun_note(&other, RUN(EXECZ_RUNS_MAX - 1, 1));
        }
        (void)kill(getpid(), SIGKILL);
    }
    cr_assert(eq(int, waitpid(pid, NULL, 0), pid));
    cr_expect(ez_begun_has(&self, RUN(7, 3)));
    cr_expect(ez_begun_has(&self, RUN(EXECZ_RUNS_MAX - 1, 1)));
    cr_expect(not(ez_begun_has(&self, RUN(8, 3))));
    close(fd);
    ez_begun_close(&self);
}

Test(begun, a_slot_tells_of_its_last_run_alone)
{
    ez_begun self;
    int fd = -1;

    cr_assert(ez_begun_make(&self, &fd));
    ez_begun_note(&self, RUN(0, 1));
    cr_expect(not(ez_begun_has(&self, RUN(0, 2))));
    ez_begun_note(&self, RUN(0, 2));
    cr_expect(ez_begun_has(&self, RUN(0, 2)));
    close(fd);
    ez_begun_close(&self);
}

Test(begun, it_cannot_be_made_shorter_under_the_other_process)
{
    ez_begun self;
    int fd = -1;

    cr_assert(ez_begun_make(&self, &fd));
    cr_expect(ne(int, ftruncate(fd, 0), 0));
    close(fd);
    ez_begun_close(&self);
}

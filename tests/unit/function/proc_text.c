/* SPDX-License-Identifier: MIT */
#include "function/proc_text.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(proc_text, one_file_after_another)
{
    ez_proc_text text = {0};

    cr_assert(ez_proc_text_read(&text, getpid(), "stat"));
    cr_expect(all(gt(sz, text.length, 0), eq(sz, strlen(text.bytes), text.length)));
    cr_assert(ez_proc_text_read(&text, getpid(), "cmdline"));
    cr_expect(eq(sz, text.bytes[text.length], 0));
    ez_proc_text_deinit(&text);
}

Test(proc_text, who_is_not_there_has_none)
{
    ez_proc_text text = {0};

    cr_expect(not(ez_proc_text_read(&text, 0, "stat")));
    cr_expect(eq(int, text.lack, 0));
    ez_proc_text_deinit(&text);
}

Test(proc_text, a_lack_of_descriptors_is_noted)
{
    ez_proc_text text = {0};
    struct rlimit few;
    rlim_t before;

    getrlimit(RLIMIT_NOFILE, &few);
    before = few.rlim_cur;
    few.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &few);
    cr_expect(not(ez_proc_text_read(&text, getpid(), "stat")));
    cr_expect(ez_proc_is_lack(text.lack));
    few.rlim_cur = before;
    setrlimit(RLIMIT_NOFILE, &few);
    ez_proc_text_deinit(&text);
}

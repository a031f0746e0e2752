/* SPDX-License-Identifier: MIT */
#include "function/proc_text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

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

Test(proc_text, a_long_text_is_read_whole)
{
    ez_proc_text text = {0};
    g_autofree char *value = g_strnfill(100000, 'x');
    char sleep[] = "sleep", minute[] = "60", *arguments[] = {sleep, minute, NULL},
         *variables[] = {NULL, NULL};
    g_autofree char *variable = g_strconcat("LONG=", value, NULL);
    GPid pid;

    variables[0] = variable;
    cr_assert(g_spawn_async(NULL, arguments, variables,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                            NULL));
    cr_assert(ez_proc_text_read(&text, pid, "environ"));
    cr_expect(eq(sz, text.length, strlen(variable) + 1));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ez_proc_text_deinit(&text);
}

Test(proc_text, numbers_of_a_process_and_of_a_dead_one)
{
    ez_proc_text room = {0};
    ez_proc_stat stat;
    siginfo_t end;
    pid_t child = fork();

    if (child == 0) {
        _exit(0);
    }
    cr_assert(ez_proc_stat_read(&stat, getpid(), &room));
    cr_expect(all(eq(int, stat.parent, getppid()), eq(int, stat.group, getpgrp()),
                  eq(int, stat.session, getsid(0)), not(stat.bare)));
    cr_expect(all(gt(u64, stat.began, 0), gt(u64, stat.code, 0)));
    cr_assert(eq(int, waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT), 0));
    cr_expect(not(ez_proc_stat_read(&stat, child, &room)));
    waitpid(child, NULL, 0);
    ez_proc_text_deinit(&room);
}

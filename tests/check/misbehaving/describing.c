/* SPDX-License-Identifier: MIT */
/* How the plugin describes itself, and what it does while it is loaded. */
#include "plugin.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void *
sleep_on(void *nothing)
{
    for (;;) {
        (void)pause();
    }
    return nothing;
}

__attribute__((constructor)) static void
meddle(void)
{
    pthread_t thread;

    MISBEHAVE_IN(loading);
    misbehaving_ops.flags = IS(flags_set) ? 1 : 0;
    if (IS(caps_without_function)) {
        misbehaving_ops.cancel = NULL;
    }
    if (IS(umask_loading)) {
        (void)umask(0);
    }
    if (IS(descriptor_loading)) {
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (IS(thread_loading) && pthread_create(&thread, NULL, sleep_on, NULL) == 0) {
        (void)pthread_detach(thread);
    }
}

#define SUMMARY "A thread for each run, and a fault"

EXECZ_NOTE("abi=" EXECZ_ABI_TEXT "\0needs_abi=1.0\0id=org.execz.test.misbehaving\0version=1.0.0"
           "\0kind=" EXECZ_KIND_EXECUTOR
           "\0alias=misbehaving\0caps=function|coroutine|command|cancel"
           "\0summary=" SUMMARY);

EXECZ_OPTIONS(options, "misbehaving", EXECZ_OPTION(INT, 0, "depth", "3", "1..10", "How deep"),
              EXECZ_OPTION(STRING, 0, "title", "none", "", "What it is called"),
              EXECZ_OPTION(CHOICE, 0, "mode", "fast", "fast|safe", "How to run"));

static const execz_component component = {
    .size = sizeof component,
    .caps = EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL,
    .kind = EXECZ_KIND_EXECUTOR,
    .alias = "misbehaving",
    .summary = SUMMARY,
    .ops = &misbehaving_ops,
    EXECZ_WITH_OPTIONS(options),
};

static const execz_component *const components[] = {&component};

static const execz_plugin plugin = {
    .magic = EXECZ_PLUGIN_MAGIC,
    .size = sizeof plugin,
    .abi = EXECZ_ABI,
    .needs_abi = EXECZ_ABI_MAKE(1, 0),
    .id = "org.execz.test.misbehaving",
    .version = "1.0.0",
    .components = components,
    .n_components = 1,
};

const execz_plugin *
execz_plugin_entry(uint32_t host_abi)
{
    (void)host_abi;
    return &plugin;
}

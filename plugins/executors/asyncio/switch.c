/* SPDX-License-Identifier: MIT */
/* What lies on a stack that waits, from its stack pointer upwards:
 *
 *   x86-64    mxcsr, x87 control word | rbx rbp | where to go on
 *   aarch64   x19 to x28, x29, x30 | d8 to d15 | fpcr
 *
 * A new stack gets the same picture, with entry and argument in two of the registers and the
 * address of a few instructions that make the call.  There unwinding ends: a debugger shows the
 * coroutine's frames and stops (.cfi_undefined).
 *
 * On x86-64 the switch is put in line, and what else the calling convention keeps is left to the
 * compiler, which keeps what it needs.  That is not for the few instructions saved: the processor
 * predicts where a `ret` goes by the calls it has seen, and a switch that is called and goes away
 * by a jump, or that returns on another stack, makes it guess wrong several times.  The floating
 * point modes are loaded only if they differ, because the load is slow.  No object with this code
 * can be marked as fit for a shadow stack, and it is not marked so. */
#include "switch.h"

#include <stdint.h>

#if SWITCH_OWN
void asyncio_entry(void) __attribute__((visibility("hidden")));
#endif

#if defined(__x86_64__) && SWITCH_OWN
__asm__(".pushsection .text\n"
        ".globl asyncio_entry\n"
        ".hidden asyncio_entry\n"
        ".type asyncio_entry, @function\n"
        ".balign 16\n"
        "asyncio_entry:\n"
        ".cfi_startproc\n"
        ".cfi_undefined rip\n"
        "    movq %rbp, %rdi\n"
        "    xorl %ebp, %ebp\n"
        "    callq *%rbx\n"
        "    ud2\n"
        ".cfi_endproc\n"
        ".size asyncio_entry, .-asyncio_entry\n"
        ".popsection\n");

typedef struct frame {
    uint32_t mxcsr;
    uint16_t x87_control;
    uint16_t unused;
    uint64_t rbx, rbp, rip;
} frame;

void
context_init(context *self, void *low, size_t length, void (*entry)(void *), void *argument)
{
    uintptr_t top = ((uintptr_t)low + length) & ~(uintptr_t)15;
    frame *at = (frame *)top - 1;

    __asm__ volatile("stmxcsr %0" : "=m"(at->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(at->x87_control));
    at->rbx = (uintptr_t)entry;
    at->rbp = (uintptr_t)argument;
    at->rip = (uintptr_t)asyncio_entry;
    self->sp = at;
}
#endif

#if defined(__aarch64__) && SWITCH_OWN
void asyncio_switch(void **from_sp, void *to_sp) __attribute__((visibility("hidden")));

void
context_switch(context *from, context *to)
{
    asyncio_switch(&from->sp, to->sp);
}

__asm__(".pushsection .text\n"
        ".globl asyncio_switch\n"
        ".hidden asyncio_switch\n"
        ".type asyncio_switch, %function\n"
        ".balign 16\n"
        "asyncio_switch:\n"
        ".cfi_startproc\n"
        "    stp x19, x20, [sp, #-176]!\n"
        ".cfi_adjust_cfa_offset 176\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        ".cfi_rel_offset x29, 80\n"
        ".cfi_rel_offset x30, 88\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mrs x2, fpcr\n"
        "    str x2, [sp, #160]\n"
        "    mov x3, sp\n"
        "    str x3, [x0]\n"
        "    mov sp, x1\n"
        "    ldr x3, [sp, #160]\n"
        "    cmp x2, x3\n"
        "    b.eq 1f\n"
        "    msr fpcr, x3\n"
        "1:  ldp d14, d15, [sp, #144]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x19, x20, [sp], #176\n"
        ".cfi_adjust_cfa_offset -176\n"
        ".cfi_restore x29\n"
        ".cfi_restore x30\n"
        "    ret\n"
        ".cfi_endproc\n"
        ".size asyncio_switch, .-asyncio_switch\n"

        ".globl asyncio_entry\n"
        ".hidden asyncio_entry\n"
        ".type asyncio_entry, %function\n"
        ".balign 16\n"
        "asyncio_entry:\n"
        ".cfi_startproc\n"
        ".cfi_undefined x30\n"
        "    mov x0, x20\n"
        "    blr x19\n"
        "    brk #1\n"
        ".cfi_endproc\n"
        ".size asyncio_entry, .-asyncio_entry\n"
        ".popsection\n");

typedef struct frame {
    uint64_t x19_to_x28[10], x29, x30;
    double d8_to_d15[8];
    uint64_t fpcr, unused;
} frame;

void
context_init(context *self, void *low, size_t length, void (*entry)(void *), void *argument)
{
    uintptr_t top = ((uintptr_t)low + length) & ~(uintptr_t)15;
    frame *at = (frame *)top - 1;

    at->x19_to_x28[0] = (uintptr_t)entry;
    at->x19_to_x28[1] = (uintptr_t)argument;
    at->x29 = 0;
    at->x30 = (uintptr_t)asyncio_entry;
    __asm__ volatile("mrs %0, fpcr" : "=r"(at->fpcr));
    self->sp = at;
}
#endif

#if !SWITCH_OWN
/* makecontext(3) hands on ints only. */
static void
enter(unsigned entry_high, unsigned entry_low, unsigned argument_high, unsigned argument_low)
{
    uintptr_t entry = (uintptr_t)((uint64_t)entry_high << 32 | entry_low);
    uintptr_t argument = (uintptr_t)((uint64_t)argument_high << 32 | argument_low);

    ((void (*)(void *))entry)((void *)argument);
}

void
context_init(context *self, void *low, size_t length, void (*entry)(void *), void *argument)
{
    uint64_t entry_bits = (uintptr_t)entry, argument_bits = (uintptr_t)argument;

    (void)getcontext(&self->state);
    self->state.uc_stack.ss_sp = low;
    self->state.uc_stack.ss_size = length;
    self->state.uc_link = NULL;
    makecontext(&self->state, (void (*)(void))enter, 4, (unsigned)(entry_bits >> 32),
                (unsigned)entry_bits, (unsigned)(argument_bits >> 32), (unsigned)argument_bits);
}

void
context_switch(context *from, context *to)
{
    (void)swapcontext(&from->state, &to->state);
}
#endif

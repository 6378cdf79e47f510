import { Command } from "commander";
import { serve } from "../main.ts";

const program = new Command("campanile").description("The deploy bot for course hubs");

program
  .command("serve")
  .description("run the GitHub App; settings come from the environment (see docs/settings.md)")
  .action(() => serve(process.env));

await program.parseAsync();

return await Commission.Cli.CommandTree.RunAsync(args);

using Commission.Verifier;

return (int)Verification.Run(args, Console.Out, Console.Error);

using Commission.Api;

return await ApiHost.RunAsync(args);
